import { useEffect, useState } from 'preact/hooks';
import { attempt, generator, tokenizer } from '../engine/engine-client';
import type { NamedFile } from '../engine/engine-api';
import { HeldButton } from '../components/held-button';
import { Icon } from '../components/icons';
import { LinkButton } from '../components/link-button';
import { useDroppedFiles } from '../components/open-files';
import { PictureCanvas, savePicture } from '../components/picture-canvas';
import { Shelf } from '../components/shelf';
import { Strip } from '../components/strip';
import { route } from '../state/address';
import { levelName, maskOf } from '../state/levels';
import { formatRoute } from '../state/route';
import { tokensToText } from '../state/token-text';
import {
  BLEND_STEPS,
  blend,
  blendAt,
  fill,
  fillFromFiles,
  flipLevel,
  isDrawing,
  mixed,
  openMix,
  origins,
  pictures,
  redraw,
  slot,
  takeLevel,
} from './mix-state';
import type { Slot } from './mix-state';
import { SHIPPED_LEVELS } from './reconstruct-state';

const SAVED_SIDE = 512;
const names: Readonly<Record<Slot, string>> = { a: 'First', b: 'Second' };
const takeFiles = (files: readonly NamedFile[]): void => void attempt(() => fillFromFiles(files));

/** Levels of one picture in another. */
export function MixView() {
  useEffect(() => void attempt(openMix), [route.value]);
  useDroppedFiles(takeFiles);
  return (
    <div class="view view-mix">
      <h1>The gist of one picture, the detail of another.</h1>
      <div class="mix-sources">
        <Source name="a" />
        <Source name="b" />
      </div>
      <Mixed />
      <div class="mix-more">
        <InBetween />
        <Redraw />
      </div>
      <Shelf
        onSample={(sample) => void attempt(() => fill(sample.url, sample.title))}
        onFiles={takeFiles}
        hint={`fills the ${names[slot.value].toLowerCase()} picture; or drop two pictures anywhere`}
      />
    </div>
  );
}

function Source({ name }: { readonly name: Slot }) {
  const picture = pictures[name].value;
  const levels = tokenizer.value?.levelSizes ?? SHIPPED_LEVELS;
  return (
    <section class={`mix-source origin-${name}`} aria-label={`${names[name]} picture`}>
      <button
        type="button"
        class="mix-thumb"
        aria-pressed={slot.value === name}
        aria-label={`${names[name]} picture: ${picture?.name ?? 'none'}. The shelf fills this one.`}
        onClick={() => (slot.value = name)}
      >
        <Whole name={name} />
      </button>
      <div class="mix-source-strip">
        <p class="quiet">
          <b>{names[name]}</b> {picture?.name ?? ''}
        </p>
        <Strip
          label={`Latents of the ${names[name].toLowerCase()} picture`}
          levelSizes={levels}
          indices={picture?.indices}
          dropName={name}
          onLevel={(level) => takeLevel(level, name)}
          onDropLevel={(level, target) => {
            if (target?.getAttribute('data-drop') === 'mixed') {
              takeLevel(level, name);
            } else if (target !== null && target.getAttribute('data-drop') !== name) {
              // Onto the other picture: what comes out is that one with this level.
              origins.value = levels.map((_, i) => (i === level ? name : name === 'a' ? 'b' : 'a'));
            }
          }}
          levelLabel={(level) => `${levelName(levels, level)}: put into the mix`}
        />
      </div>
    </section>
  );
}

function Whole({ name }: { readonly name: Slot }) {
  const picture = pictures[name].value;
  void picture?.version.value;
  const shown =
    picture?.original ??
    picture?.show(maskOf(picture.levelSizes, { kept: picture.indices.length, off: new Set() }));
  return <PictureCanvas picture={shown} label={`${names[name]} picture`} testId={`source-${name}`} />;
}

function Mixed() {
  const picture = mixed.value;
  void picture?.version.value;
  const levels = tokenizer.value?.levelSizes ?? SHIPPED_LEVELS;
  const shown = picture?.show(maskOf(levels, { kept: picture.indices.length, off: new Set() }));
  const address =
    picture === undefined || tokenizer.value === undefined
      ? undefined
      : formatRoute('reconstruct', { t: tokensToText(picture.indices, tokenizer.value.codebookSize) });
  return (
    <section class="mix-result" aria-label="Mixed picture">
      <div class="frame mix-frame">
        <PictureCanvas picture={shown} label="Mixed picture" testId="mixed" />
      </div>
      <div class="mix-result-side">
        <h2>Mixed</h2>
        <Strip
          label="Latents of the mixed picture"
          levelSizes={levels}
          indices={picture?.indices}
          dropName="mixed"
          onLevel={flipLevel}
          levelClass={(level) => `origin-${origins.value[level] ?? 'a'}`}
          levelLabel={(level) =>
            `${levelName(levels, level)}: from the ${origins.value[level] === 'b' ? 'second' : origins.value[level] === 'n' ? 'generator' : 'first'}, change`
          }
        />
        <p class="quiet">
          Drag the number of a level from one of the strips above onto this one, or press it. Pressing a
          number here takes the level from the other picture. The line under a level tells where it comes
          from.
        </p>
        <p class="origin-key quiet">
          <span class="origin-a">First</span> <span class="origin-b">Second</span>{' '}
          <span class="origin-n">Drawn anew</span>
        </p>
        <div class="actions">
          <button
            type="button"
            class="button quiet-button"
            disabled={shown === undefined}
            onClick={() =>
              void attempt(() =>
                savePicture(shown!, 'mixed.png', Math.max(1, Math.round(SAVED_SIDE / shown!.side))),
              )
            }
          >
            <Icon name="save" />
            Save PNG
          </button>
          <LinkButton href={address}>Take apart</LinkButton>
        </div>
      </div>
    </section>
  );
}

function InBetween() {
  const frames = blend.value;
  const at = blendAt.value;
  return (
    <section class="card mix-between" aria-label="In-between">
      <h2>In between</h2>
      <div class="mix-between-body">
        <div class="frame between-frame">
          <PictureCanvas
            picture={frames[at]}
            label={`${Math.round((at / BLEND_STEPS) * 100)} percent of the second picture`}
            testId="between"
          />
        </div>
        <label class="field">
          <span>
            From the first to the second <span class="value">{Math.round((at / BLEND_STEPS) * 100)} %</span>
          </span>
          <input
            type="range"
            min={0}
            max={BLEND_STEPS}
            step={1}
            value={at}
            onInput={(event) => (blendAt.value = event.currentTarget.valueAsNumber)}
          />
          <span class="quiet">Codes are averaged, latent by latent, before they are decoded.</span>
        </label>
      </div>
    </section>
  );
}

function Redraw() {
  const levels = tokenizer.value?.levelSizes ?? SHIPPED_LEVELS;
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
            {levels.map((size, level) => (
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
