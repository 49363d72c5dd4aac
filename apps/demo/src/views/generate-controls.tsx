import { ClassPicker } from '../components/class-picker';
import { Icon } from '../components/icons';
import { Segments } from '../components/segments';
import { SliderField } from '../components/slider-field';
import { generator } from '../engine/engine-client';
import { attempt } from '../state/problem';
import { bounds, counts, LARGEST_SEED, schedules } from './generate-settings';
import { cancel, change, generate, isRunning, settings } from './generate-state';

/** What is generated and how, and the button. */
export function GenerateControls() {
  const now = settings.value;
  return (
    <form
      class="card controls"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(generate);
      }}
    >
      <ClassPicker
        names={generator.value?.classNames ?? []}
        value={now.className}
        onChange={(className) => change({ className })}
      />
      <SeedField />
      <Segments
        name="count"
        legend="Number of pictures"
        values={counts}
        value={now.count}
        onChange={(count) => change({ count })}
        valueLabel={(count) => `${count} ${count === 1 ? 'picture' : 'pictures'}`}
      />
      <Drawing />
      {isRunning.value ? (
        <button type="button" class="button quiet-button" onClick={() => void attempt(cancel)}>
          Stop
        </button>
      ) : (
        <button type="submit" class="button">
          Generate
        </button>
      )}
    </form>
  );
}

function SeedField() {
  return (
    <div class="field">
      <label for="seed">Seed</label>
      <div class="field-row">
        <input
          id="seed"
          type="number"
          min={0}
          max={LARGEST_SEED}
          step={1}
          value={settings.value.seed}
          onInput={(event) => {
            const seed = event.currentTarget.valueAsNumber;
            if (Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) {
              change({ seed });
            }
          }}
        />
        <button
          type="button"
          class="icon-button"
          aria-label="Another seed"
          title="Another seed"
          onClick={() => change({ seed: Math.floor(Math.random() * 1e6) })}
        >
          <Icon name="dice" />
        </button>
      </div>
    </div>
  );
}

/** How latents are chosen: guidance and its schedule, temperature, top-p. */
function Drawing() {
  const now = settings.value;
  return (
    <details>
      <summary>How it draws</summary>
      <div class="controls">
        <SliderField
          label="Guidance: how strongly the class counts"
          {...bounds.guidance}
          step={0.25}
          value={now.guidance}
          disabled={generator.value?.canGuide === false}
          onChange={(guidance) => change({ guidance })}
        />
        <label class="field">
          Guidance over the passes
          <select value={now.schedule} onChange={(event) => change({ schedule: event.currentTarget.value })}>
            {schedules.map(([name, meaning]) => (
              <option key={name} value={name}>
                {name}: {meaning}
              </option>
            ))}
          </select>
        </label>
        {(now.schedule === 'step' || now.schedule === 'rectangular') && (
          <SliderField
            label="Guided from this share on"
            {...bounds.scheduleStart}
            step={0.05}
            value={now.scheduleStart}
            onChange={(scheduleStart) => change({ scheduleStart })}
          />
        )}
        <SliderField
          label="Temperature: how daring"
          {...bounds.temperature}
          step={0.05}
          value={now.temperature}
          onChange={(temperature) => change({ temperature })}
        />
        <SliderField
          label="Top-p: how much of the likely"
          {...bounds.topP}
          step={0.01}
          value={now.topP}
          onChange={(topP) => change({ topP })}
        />
      </div>
    </details>
  );
}
