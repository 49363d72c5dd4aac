import { useRef } from 'preact/hooks';
import { codeColour } from '../state/code-colour';
import { endOfLevel, levelName, levelsOf } from '../state/levels';

/** A row of latents by level: what it shows and what may be done with it. */
export interface StripProps {
  readonly label: string;
  readonly levelSizes: readonly number[];
  /** Codes; cells are empty while there are none, or beyond `known`. */
  readonly indices: ArrayLike<number> | undefined;
  /** Leading latents that are known so far; all when left out. */
  readonly known?: number;
  /** Leading latents that are kept. */
  readonly kept?: number;
  readonly onKept?: (kept: number) => void;
  readonly off?: ReadonlySet<number>;
  readonly onLevel?: (level: number) => void;
  /** What clicking a level does, such as "Switch off level 3 of 16 latents". */
  readonly levelLabel?: (level: number) => string;
  readonly onHover?: (latent: number | undefined) => void;
  /** Makes levels draggable; called with where one was let go. */
  readonly onDropLevel?: (level: number, target: Element | null) => void;
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

function LevelName({
  level,
  size,
  levelSizes,
  off,
  onLevel,
  levelLabel,
  onDropLevel,
}: StripProps & { readonly level: number; readonly size: number }) {
  const drag = useRef<{ x: number; y: number; ghost: HTMLElement } | undefined>(undefined);
  if (onLevel === undefined && onDropLevel === undefined) {
    return (
      <span class="level-name" aria-hidden="true">
        {size}
      </span>
    );
  }
  const isOff = off?.has(level) === true;
  const end = (event: PointerEvent): void => {
    const { current } = drag;
    drag.current = undefined;
    current?.ghost.remove();
    if (
      current !== undefined &&
      Math.hypot(event.clientX - current.x, event.clientY - current.y) > DRAG_DISTANCE
    ) {
      onDropLevel?.(
        level,
        document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-drop]') ?? null,
      );
    }
  };
  return (
    <button
      type="button"
      class={`level-name ${onDropLevel === undefined ? '' : 'level-grip'}`}
      aria-pressed={off === undefined ? undefined : !isOff}
      aria-label={levelLabel?.(level) ?? levelName(levelSizes, level)}
      title={levelLabel?.(level)}
      onClick={() => onLevel?.(level)}
      onPointerDown={(event) => {
        if (onDropLevel !== undefined) {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { x: event.clientX, y: event.clientY, ghost: ghostOf(event.currentTarget) };
        }
      }}
      onPointerMove={(event) => {
        if (drag.current !== undefined) {
          drag.current.ghost.style.transform = `translate(${event.clientX - drag.current.x}px, ${event.clientY - drag.current.y}px)`;
        }
      }}
      onPointerUp={end}
      onPointerCancel={end}
    >
      {size}
    </button>
  );
}

/** Pixels from which on a press is a drag. */
const DRAG_DISTANCE = 6;

/** A copy of the level that follows the pointer. */
function ghostOf(button: HTMLElement): HTMLElement {
  const level = button.parentElement!;
  const { left, top, width } = level.getBoundingClientRect();
  const ghost = level.cloneNode(true) as HTMLElement;
  ghost.classList.add('level-ghost');
  ghost.style.left = `${left}px`;
  ghost.style.top = `${top}px`;
  ghost.style.width = `${width}px`;
  const strip = button.closest<HTMLElement>('.strip');
  ghost.style.setProperty(
    '--cell',
    strip === null ? '12px' : getComputedStyle(strip).getPropertyValue('--cell-now'),
  );
  ghost.ariaHidden = 'true';
  document.body.append(ghost);
  return ghost;
}

/** How many latents stand left of a place on the screen; a cell counts from its middle on. */
function keptAt(row: HTMLElement | null, x: number): number {
  const cells = row === null ? [] : [...row.querySelectorAll('.cell')];
  return cells.filter((cell) => {
    const { left, width } = cell.getBoundingClientRect();
    return x >= left + width / 2;
  }).length;
}

/** Arrows move the end by one, page keys by a level, digits to the end of their level. */
export function keptAfterKey(key: string, kept: number, levelSizes: readonly number[]): number | undefined {
  const ends = levelSizes.map((_, level) => endOfLevel(levelSizes, level));
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return kept + 1;
    case 'ArrowLeft':
    case 'ArrowDown':
      return kept - 1;
    case 'Home':
      return 1;
    case 'End':
      return ends.at(-1);
    case 'PageUp':
      return ends.find((end) => end > kept);
    case 'PageDown':
      return ends.findLast((end) => end < kept);
    default:
      return /^[1-9]$/.test(key) ? ends[Number(key) - 1] : undefined;
  }
}
