import { useState } from 'preact/hooks';
import type { PagePicture } from '../engine/engine-api';
import { differenceMap, mapPicture } from '../state/picture-arithmetic';
import { PictureCanvas } from './picture-canvas';
import type { StageMode } from '../state/stage-mode';
import { DIFFERENCE_GAIN } from '../state/stage-mode';

/** The picture, large and pixel by pixel, with its original. */
export function Stage({
  picture,
  original,
  placeholder,
  overlay,
  busy,
  mode,
  label,
}: {
  readonly picture: PagePicture | undefined;
  readonly original: PagePicture | undefined;
  /** Address of what stands for the original until it is read. */
  readonly placeholder?: string;
  readonly overlay?: PagePicture;
  /** Whether another picture is on its way. */
  readonly busy: boolean;
  readonly mode: StageMode;
  readonly label: string;
}) {
  const [divider, setDivider] = useState(50);
  const shownOriginal =
    original === undefined && placeholder !== undefined ? (
      <img class="picture" src={placeholder} alt="Original" width={64} height={64} />
    ) : (
      <PictureCanvas picture={original} label="Original" testId="original" />
    );
  if (mode === 'side by side') {
    return (
      <div class="stage stage-pair">
        <figure>
          <div class="frame">{shownOriginal}</div>
          <figcaption>Original</figcaption>
        </figure>
        <figure>
          <div class="frame" aria-busy={busy}>
            <PictureCanvas picture={picture} label={label} testId="picture" />
            {overlay !== undefined && <PictureCanvas picture={overlay} label="" className="overlay" />}
          </div>
          <figcaption>{label}</figcaption>
        </figure>
      </div>
    );
  }
  const difference =
    mode === 'difference' && picture !== undefined && original !== undefined
      ? mapPicture(differenceMap(picture, original), picture.side, DIFFERENCE_GAIN)
      : undefined;
  return (
    <div class="stage">
      <figure>
        <div class="frame" aria-busy={busy} style={{ '--divider': `${divider}%` }}>
          {mode === 'divider' && shownOriginal}
          <PictureCanvas
            picture={difference ?? picture}
            label={label}
            testId="picture"
            className={mode === 'divider' ? 'picture-right' : ''}
          />
          {mode === 'divider' && (
            <>
              <span class="divider-line" aria-hidden="true" />
              <input
                class="divider-input"
                type="range"
                min={0}
                max={100}
                value={divider}
                aria-label="Divider between the original and the picture"
                onInput={(event) => setDivider(event.currentTarget.valueAsNumber)}
              />
            </>
          )}
        </div>
        <figcaption>
          {mode === 'divider'
            ? `Left: original. Right: ${label}`
            : `Difference, ${DIFFERENCE_GAIN} times as bright`}
        </figcaption>
      </figure>
    </div>
  );
}
