import { useComputed } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { CopyLink } from '../components/copy-link';
import { useDroppedFiles } from '../components/open-files';
import { SaveButton } from '../components/save-button';
import { Segments } from '../components/segments';
import { Shelf } from '../components/shelf';
import { Stage } from '../components/stage';
import { Strip } from '../components/strip';
import type { NamedFile, PagePicture } from '../engine/engine-api';
import { levelSizes } from '../engine/model-levels';
import { route } from '../state/address';
import { levelName } from '../state/levels';
import { differenceMap, veil } from '../state/picture-arithmetic';
import { attempt } from '../state/problem';
import type { StageMode } from '../state/stage-mode';
import { stageModes } from '../state/stage-mode';
import { keptAfterKey } from '../state/strip-keys';
import { Figures } from './reconstruct-figures';
import { openFiles, openFirst, openSample } from './reconstruct-open';
import { Refine } from './reconstruct-refine';
import {
  hovered,
  keep,
  kept,
  mask,
  mode,
  numShown,
  off,
  pending,
  picture,
  toggleLevel,
} from './reconstruct-state';

/** Colour and strength of what a latent changes. */
const TOUCHED = { colour: [236, 64, 122], gain: 6 } as const;

const openDropped = (files: readonly NamedFile[]): void => void attempt(() => openFiles(files));

/** A picture in latents: how many are kept, what each level adds. */
export function ReconstructView() {
  const shownMode: StageMode =
    mode.value ?? (matchMedia('(max-width: 640px)').matches ? 'divider' : 'side by side');
  useDroppedFiles(openDropped);
  useEffect(() => void attempt(openFirst), [route.value]);
  useStripKeys();

  const shown = picture.value;
  void shown?.version.value;
  const current = shown?.show(mask.value);
  const overlay = useOverlay(current);
  const latents = `${numShown.value} of ${mask.value.length} latents`;
  const hasOriginal = shown === undefined || shown.original !== undefined;

  return (
    <div class="view view-reconstruct">
      <h1>A picture in 64 tokens. Drag to see what each level knows.</h1>
      <div class="workbench">
        <div class="stage-column">
          <Stage
            picture={current}
            original={pending.value?.url === undefined ? shown?.original : undefined}
            placeholder={pending.value?.url}
            overlay={overlay}
            busy={shown?.exact(mask.value) === undefined}
            mode={hasOriginal ? shownMode : 'side by side'}
            label={latents}
          />
        </div>
        <div class="strip-column">
          <Strip
            label="Latents by level, coarsest first"
            levelSizes={levelSizes.value}
            indices={shown?.indices}
            kept={kept.value}
            onKept={keep}
            off={off.value}
            onLevel={toggleLevel}
            levelLabel={(level) =>
              `${levelName(levelSizes.value, level)}: ${off.value.has(level) ? 'switch on' : 'switch off'}`
            }
            onHover={(latent) => (hovered.value = latent)}
          />
          <p class="quiet strip-help">
            Drag the end of the strip or press the arrow keys; a number key jumps to the end of its level.
            Click a number to switch its level off. Point at a cell, or press space, to see what it changes.
          </p>
        </div>
        <aside class="facts" aria-label="Figures">
          <Figures current={current} />
          <Refine />
          <Segments
            name="mode"
            legend="View"
            values={stageModes}
            value={shownMode}
            disabled={!hasOriginal}
            onChange={(name) => (mode.value = name)}
          />
          <div class="actions">
            <CopyLink disabled={shown === undefined} />
            <SaveButton picture={current} name={`restok-${numShown.value}.png`} />
          </div>
        </aside>
      </div>
      <Shelf
        onSample={(sample) => void attempt(() => openSample(sample))}
        onFiles={openDropped}
        chosen={pending.value?.name ?? shown?.name}
      />
    </div>
  );
}

/** What the latent under the pointer changes, as a veil over the picture. */
function useOverlay(current: PagePicture | undefined): PagePicture | undefined {
  const hiddenMask = useComputed(() => {
    const latent = hovered.value;
    if (latent === undefined || mask.value[latent] !== 1) {
      return undefined;
    }
    return mask.value.map((value, i) => (i === latent ? 0 : value));
  });
  const shown = picture.value;
  const [wanted, setWanted] = useState<Uint8Array | undefined>(undefined);
  useEffect(() => {
    // Passing over cells asks for nothing; resting on one does.
    const timer = setTimeout(() => setWanted(hiddenMask.value), 60);
    return () => clearTimeout(timer);
  }, [hiddenMask.value]);
  useEffect(() => {
    if (wanted !== undefined) {
      shown?.ask(wanted);
    }
  }, [wanted, shown]);
  const without = wanted === undefined || wanted !== hiddenMask.value ? undefined : shown?.exact(wanted);
  return without === undefined || current === undefined
    ? undefined
    : veil(differenceMap(current, without), current.side, TOUCHED);
}

/** The keys of the strip work on the whole page, unless something else has the focus. */
function useStripKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isFree = document.activeElement === document.body || document.activeElement?.id === 'main';
      const next = isFree && !event.ctrlKey && !event.metaKey && !event.altKey;
      const number = next ? keptAfterKey(event.key, kept.value, levelSizes.value) : undefined;
      if (number !== undefined && /^(Arrow(Left|Right)|[1-9])/.test(event.key)) {
        event.preventDefault();
        keep(Math.min(mask.value.length, Math.max(1, number)));
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
