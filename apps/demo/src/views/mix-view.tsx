import { useEffect } from 'preact/hooks';
import { LinkButton } from '../components/link-button';
import { useDroppedFiles } from '../components/open-files';
import { PictureCanvas } from '../components/picture-canvas';
import { SaveButton } from '../components/save-button';
import { Shelf } from '../components/shelf';
import { Strip } from '../components/strip';
import type { NamedFile } from '../engine/engine-api';
import { tokenizer } from '../engine/engine-client';
import { levelSizes } from '../engine/model-levels';
import { route } from '../state/address';
import { levelName, maskOf } from '../state/levels';
import { attempt } from '../state/problem';
import { formatRoute } from '../state/route';
import { tokensToText } from '../state/token-text';
import { InBetween } from './mix-between';
import { Redraw } from './mix-redraw';
import {
  fill,
  fillFromFiles,
  flipLevel,
  mixed,
  openMix,
  origins,
  pictures,
  slot,
  takeLevel,
} from './mix-state';
import type { Slot } from './mix-state';

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
  const levels = levelSizes.value;
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
  const levels = levelSizes.value;
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
          <SaveButton picture={shown} name="mixed.png" />
          <LinkButton href={address}>Take apart</LinkButton>
        </div>
      </div>
    </section>
  );
}
