import { useEffect, useRef, useState } from 'preact/hooks';
import { tokenizer } from '../engine/engine-client';
import { PictureCanvas } from '../components/picture-canvas';
import type { CodebookMap, PagePicture } from '../engine/engine-api';
import { codeColour } from '../state/code-colour';
import { cellAfterKey } from '../state/grid-keys';
import { attempt } from '../state/problem';
import { quantity } from '../state/quantities';
import {
  codeMap,
  codePictures,
  MAP_COLUMNS,
  numCounted,
  readCodebook,
  usage,
  wholeMap,
} from './inside-state';

/** The codebook as a map of pictures, and which of it has been used. */
export function CodebookPanel({ indices }: { readonly indices: Int32Array | undefined }) {
  const panel = useRef<HTMLElement>(null);
  const [isSeen, setSeen] = useState(false);
  const model = tokenizer.value;
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setSeen(entry?.isIntersecting === true));
    observer.observe(panel.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    // 256 pictures take a while: only while somebody looks.
    let isWanted = isSeen && indices !== undefined;
    if (isWanted) {
      void attempt(() => readCodebook(() => isWanted));
    }
    return () => {
      isWanted = false;
    };
  }, [isSeen, indices !== undefined, model]);
  return (
    <section class="codebook" aria-label="Codebook" ref={panel}>
      <PictureMap own={new Set(indices)} />
      <Usage />
    </section>
  );
}

function PictureMap({ own }: { readonly own: ReadonlySet<number> }) {
  const map = codeMap.value;
  const known = codePictures.value;
  const [cell, setCell] = useState<number | undefined>(undefined);
  const pointed = cell === undefined ? undefined : map?.cells[cell];
  const side = tokenizer.value?.side ?? 64;
  const total = MAP_COLUMNS * MAP_COLUMNS;
  const text =
    pointed === undefined ? undefined : `Code ${pointed}${own.has(pointed) ? ', used by this picture' : ''}`;
  return (
    <div class="stack">
      <h2>The codebook as a map</h2>
      <p class="quiet">
        What a code is when it is the first and only latent; neighbours are alike. {total} of{' '}
        {quantity(tokenizer.value?.codebookSize ?? 0)} codes.
      </p>
      <div
        class="frame map-frame"
        role="slider"
        tabIndex={0}
        aria-label="Code on the map"
        aria-valuemin={1}
        aria-valuemax={total}
        aria-valuenow={(cell ?? 0) + 1}
        aria-valuetext={text ?? 'none; the arrow keys choose one'}
        onPointerMove={(event) => {
          const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
          const column = Math.floor(((event.clientX - left) / width) * MAP_COLUMNS);
          const row = Math.floor(((event.clientY - top) / height) * MAP_COLUMNS);
          setCell(row * MAP_COLUMNS + column);
        }}
        onPointerLeave={() => setCell(undefined)}
        onKeyDown={(event) => {
          const next = cellAfterKey(event.key, cell ?? -1, MAP_COLUMNS, MAP_COLUMNS);
          if (next !== undefined) {
            event.preventDefault();
            setCell(next);
          }
        }}
        onBlur={() => setCell(undefined)}
      >
        <MosaicCanvas map={map} pictures={known} side={side} />
        {cell !== undefined && (
          <span
            class="map-mark"
            style={{ '--column': cell % MAP_COLUMNS, '--row': Math.floor(cell / MAP_COLUMNS) }}
          />
        )}
      </div>
      <p class="quiet" data-testid="map-progress">
        {text ??
          (known.size < total
            ? `${known.size} of ${total} codes decoded`
            : 'Point at a picture, or press the arrow keys, to see its number.')}
      </p>
    </div>
  );
}

function MosaicCanvas({
  map,
  pictures,
  side,
}: {
  readonly map: CodebookMap | undefined;
  readonly pictures: ReadonlyMap<number, PagePicture>;
  readonly side: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef(new Set<number>());
  useEffect(() => {
    drawn.current.clear();
  }, [map]);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    map?.cells.forEach((code, at) => {
      const picture = pictures.get(code);
      if (picture !== undefined && !drawn.current.has(at)) {
        drawn.current.add(at);
        const column = at % map.columns;
        const row = Math.floor(at / map.columns);
        context?.putImageData(new ImageData(picture.rgba, side, side), column * side, row * side);
      }
    });
  }, [map, pictures, side]);
  return (
    <canvas
      ref={canvas}
      class="picture smooth"
      role="img"
      aria-label="Map of the codebook"
      data-testid="codebook"
      width={side * MAP_COLUMNS}
      height={side * MAP_COLUMNS}
    />
  );
}

function Usage() {
  const map = wholeMap.value;
  const used = usage.value;
  const total = tokenizer.value?.codebookSize ?? 0;
  const latents = [...used.values()].reduce((sum, count) => sum + count, 0);
  const most = [...used].sort(([, a], [, b]) => b - a).slice(0, 6);
  return (
    <div class="stack">
      <h2>Codes in use</h2>
      <p class="quiet">
        The {numCounted.value === 1 ? 'picture' : `${numCounted.value} pictures`} opened so far: {latents}{' '}
        latents with {used.size} different codes of {quantity(total)}. Open more to light the map.
      </p>
      <div class="frame map-frame">
        {map === undefined ? null : (
          <PictureCanvas picture={usagePicture(map, used)} label="Codes in use" testId="usage" />
        )}
      </div>
      <p class="usage-most">
        {most.map(([code, count]) => (
          <span key={code} style={{ '--code': codeColour(code) }}>
            {code} × {count}
          </span>
        ))}
      </p>
    </div>
  );
}

const UNUSED = [128, 132, 144, 40] as const;
const USED = [236, 64, 122, 255] as const;

/** One pixel for each code. */
function usagePicture({ cells, columns }: CodebookMap, used: ReadonlyMap<number, number>): PagePicture {
  const rgba = new Uint8ClampedArray(cells.length * 4);
  cells.forEach((code, at) => rgba.set(used.has(code) ? USED : UNUSED, at * 4));
  return { side: columns, rgba };
}
