import { useComputed } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { attempt, tokenizer } from '../engine/engine-client';
import type { PagePicture } from '../engine/engine-api';
import { Icon } from '../components/icons';
import { useDroppedFiles } from '../components/open-files';
import { savePicture } from '../components/picture-canvas';
import { Shelf } from '../components/shelf';
import { Stage } from '../components/stage';
import { keptAfterKey, Strip } from '../components/strip';
import { route } from '../state/address';
import { say } from '../state/announcements';
import { levelName } from '../state/levels';
import { differenceMap, psnrOf, veil } from '../state/picture-arithmetic';
import type { StageMode } from '../state/stage-mode';
import { stageModes } from '../state/stage-mode';
import { bitsPerIndex, packedBytes } from '../state/token-text';
import {
  hovered,
  keep,
  kept,
  levelSizes,
  mask,
  mode,
  off,
  openFiles,
  openFirst,
  openSample,
  pending,
  picture,
  toggleLevel,
} from './reconstruct-state';

/** Colour and strength of what a latent changes. */
const TOUCHED = { colour: [236, 64, 122], gain: 6 } as const;
const SAVED_SIDE = 512;
const SHIPPED_CODES = 4096;

const openDropped = (files: Parameters<typeof openFiles>[0]): void => void attempt(() => openFiles(files));

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
  const total = levelSizes.value.reduce((sum, size) => sum + size, 0);
  const codes = tokenizer.value?.codebookSize ?? SHIPPED_CODES;
  const numShown = mask.value.reduce((sum, value) => sum + value, 0);
  const overlay = useOverlay(current);
  const dB =
    current !== undefined && shown?.original !== undefined ? psnrOf(current, shown.original) : undefined;
  const latents = `${numShown} of ${total} latents`;
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
          <dl>
            <div>
              <dt>Latents</dt>
              <dd data-testid="kept">
                {numShown}
                <small> of {total}</small>
              </dd>
            </div>
            <div>
              <dt>Size</dt>
              <dd data-testid="bytes">
                {packedBytes(numShown, codes)}
                <small> bytes</small>
              </dd>
              <dd class="note">{bitsPerIndex(codes)} bits a latent</dd>
            </div>
            <div>
              <dt>Likeness (PSNR)</dt>
              <dd data-testid="psnr">
                {dB === undefined ? '–' : dB.toFixed(1)}
                <small> dB</small>
              </dd>
              <dd class="note">
                {shown !== undefined && shown.original === undefined
                  ? 'The link holds no original.'
                  : 'Against the original'}
              </dd>
            </div>
          </dl>
          <fieldset class="segments" disabled={!hasOriginal}>
            <legend class="visually-hidden">View</legend>
            {stageModes.map((name) => (
              <label key={name}>
                <input
                  type="radio"
                  name="mode"
                  checked={shownMode === name}
                  onChange={() => (mode.value = name)}
                />
                <span>{name}</span>
              </label>
            ))}
          </fieldset>
          <div class="actions">
            <CopyLink disabled={shown === undefined} />
            <button
              type="button"
              class="button quiet-button"
              disabled={current === undefined}
              onClick={() =>
                void attempt(() =>
                  savePicture(
                    current!,
                    `restok-${numShown}.png`,
                    Math.max(1, Math.round(SAVED_SIDE / current!.side)),
                  ),
                )
              }
            >
              <Icon name="save" />
              Save PNG
            </button>
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

function CopyLink({ disabled }: { readonly disabled: boolean }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    const timer = copied ? setTimeout(() => setCopied(false), 2000) : undefined;
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(location.href);
    } catch {
      throw new Error(
        'The browser does not allow copying. Copy the address from the address bar: it is the link.',
      );
    }
    setCopied(true);
    say('The link is copied.');
  };
  return (
    <button type="button" class="button" disabled={disabled} onClick={() => void attempt(copy)}>
      <Icon name="link" />
      {copied ? 'Link copied' : 'Copy link'}
    </button>
  );
}
