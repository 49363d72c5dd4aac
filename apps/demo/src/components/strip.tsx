import { useRef } from 'preact/hooks';
import { codeColour } from '../state/code-colour';
import { endOfLevel, levelsOf } from '../state/levels';
import { keptAfterKey } from '../state/strip-keys';
import type { LevelActions } from './level-name';
import { LevelName } from './level-name';

/** A row of latents by level: what it shows and what may be done with it. */
export interface StripProps extends LevelActions {
  readonly label: string;
  /** Codes; cells are empty while there are none, or beyond `known`. */
  readonly indices: ArrayLike<number> | undefined;
  /** Leading latents that are known so far; all when left out. */
  readonly known?: number;
  /** Leading latents that are kept. */
  readonly kept?: number;
  readonly onKept?: (kept: number) => void;
  readonly onHover?: (latent: number | undefined) => void;
  /** Names this strip as a place where levels may be dropped. */
  readonly dropName?: string;
  /** Marks a latent that is looked at; the handle then chooses one instead of an end. */
  readonly selected?: number;
  readonly levelClass?: (level: number) => string;
}

/** The strip of latents, the same in every view. */
export function Strip(props: StripProps) {
  const { levelSizes, indices, off, label } = props;
  const total = endOfLevel(levelSizes, levelSizes.length - 1);
  const kept = props.kept ?? total;
  const root = useRef<HTMLDivElement>(null);
  const levels = levelsOf(levelSizes);
  const levelBefore = levels.filter(({ offset }) => offset < kept).length - 1;

  const setKept = (next: number): void => props.onKept?.(Math.min(total, Math.max(1, next)));
  const follow = (event: PointerEvent): void => setKept(keptAt(root.current, event.clientX));
  const isLit = useRef(false);
  const light = (next: boolean): void => {
    if (isLit.current !== next) {
      isLit.current = next;
      props.onHover?.(next ? kept - 1 : undefined);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const next = keptAfterKey(event.key, kept, levelSizes);
    if (next !== undefined) {
      event.preventDefault();
      light(false);
      setKept(next);
      const handle = event.currentTarget as Element;
      requestAnimationFrame(() => handle.scrollIntoView({ block: 'nearest', inline: 'nearest' }));
    } else if (event.key === ' ') {
      event.preventDefault();
      light(!isLit.current);
    }
  };
  const capture = (event: PointerEvent): void => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    follow(event);
  };

  return (
    <div
      class={`strip ${props.onKept === undefined ? '' : 'strip-draggable'}`}
      role="group"
      aria-label={label}
      data-drop={props.dropName}
      onPointerLeave={() => props.onHover?.(undefined)}
      style={{ '--latents': total, '--levels': levelSizes.length }}
    >
      <div
        class="strip-row"
        ref={root}
        // Where it scrolls and holds nothing to press, keys scroll it.
        tabIndex={
          [props.onKept, props.onLevel, props.onDropLevel].every((each) => each === undefined) ? 0 : undefined
        }
      >
        {levels.map(({ level, offset, size }) => (
          <div
            class={`level ${props.levelClass?.(level) ?? ''}`}
            key={level}
            data-off={off?.has(level) ? '' : undefined}
          >
            <LevelName {...props} level={level} size={size} />
            <div
              class="cells"
              onPointerDown={props.onKept === undefined ? undefined : capture}
              onPointerMove={(event) => {
                if (event.buttons === 1 && props.onKept !== undefined && event.pointerType !== 'touch') {
                  follow(event);
                }
              }}
            >
              {Array.from({ length: size }, (_, i) => {
                const latent = offset + i;
                const code = latent < (props.known ?? total) ? indices?.[latent] : undefined;
                return (
                  <span
                    key={latent}
                    class="cell"
                    data-latent={latent}
                    data-kept={latent < kept || props.selected !== undefined ? '' : undefined}
                    data-selected={latent === props.selected ? '' : undefined}
                    style={code === undefined ? undefined : { '--code': codeColour(code) }}
                    title={code === undefined ? undefined : `latent ${latent + 1}, code ${code}`}
                    onPointerEnter={() => props.onHover?.(latent)}
                  />
                );
              })}
            </div>
          </div>
        ))}
        {props.onKept !== undefined && (
          <div
            class="strip-handle"
            role="slider"
            tabIndex={0}
            aria-label={props.selected === undefined ? 'Kept latents' : 'Latent'}
            aria-valuemin={1}
            aria-valuemax={total}
            aria-valuenow={kept}
            aria-valuetext={
              props.selected === undefined ? `${kept} of ${total} latents` : `latent ${kept} of ${total}`
            }
            style={{ '--kept': kept, '--gaps': levelBefore }}
            onKeyDown={onKeyDown}
            onBlur={() => light(false)}
            onPointerDown={capture}
            onPointerMove={(event) => {
              if (event.buttons === 1) {
                follow(event);
              }
            }}
          />
        )}
      </div>
    </div>
  );
}

/** How many latents stand left of a place on the screen; a cell counts from its middle on. */
function keptAt(row: HTMLElement | null, x: number): number {
  const cells = row === null ? [] : [...row.querySelectorAll('.cell')];
  return cells.filter((cell) => {
    const { left, width } = cell.getBoundingClientRect();
    return x >= left + width / 2;
  }).length;
}
