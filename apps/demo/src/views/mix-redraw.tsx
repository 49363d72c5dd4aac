import { useState } from 'preact/hooks';
import { HeldButton } from '../components/held-button';
import { Icon } from '../components/icons';
import { generator } from '../engine/engine-client';
import { levelSizes } from '../engine/model-levels';
import { attempt } from '../state/problem';
import { isDrawing, mixed, redraw } from './mix-state';

/** Lets the generator draw the finer levels of the mix. */
export function Redraw() {
  const [fromLevel, setFromLevel] = useState(3);
  const [className, setClassName] = useState('');
  const [seed, setSeed] = useState(1);
  const classNames = generator.value?.classNames ?? [];
  return (
    <form
      class="card controls"
      aria-label="Draw finer levels anew"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(async () => {
          await redraw(fromLevel, className, seed);
          setSeed(seed + 1);
        });
      }}
    >
      <h2>Draw finer levels anew</h2>
      <div class="field-row">
        <label class="field grow">
          From level
          <select value={fromLevel} onChange={(event) => setFromLevel(Number(event.currentTarget.value))}>
            {levelSizes.value.map((size, level) => (
              <option key={level} value={level}>
                {level + 1}: {size} {size === 1 ? 'latent' : 'latents'}
              </option>
            ))}
          </select>
        </label>
        <label class="field grow">
          Class
          <select value={className} onChange={(event) => setClassName(event.currentTarget.value)}>
            {classNames.length === 0 && <option value="">comes with the generator</option>}
            {classNames.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <HeldButton type="submit" isHeld={isDrawing.value || mixed.value === undefined}>
        <Icon name="dice" />
        {isDrawing.value ? 'Drawing…' : 'Draw them anew'}
      </HeldButton>
      <p class="quiet">
        The generator keeps the levels before and draws the rest; each press gives another picture.
      </p>
    </form>
  );
}
