import { useRef } from 'preact/hooks';
import { levelName } from '../state/levels';

/** What a level of a strip may be used for. */
export interface LevelActions {
  readonly levelSizes: readonly number[];
  readonly off?: ReadonlySet<number>;
  readonly onLevel?: (level: number) => void;
  /** What clicking a level does, such as "Switch off level 3 of 16 latents". */
  readonly levelLabel?: (level: number) => string;
  /** Makes levels draggable; called with where one was let go. */
  readonly onDropLevel?: (level: number, target: Element | null) => void;
}

/** Pixels from which on a press is a drag. */
const DRAG_DISTANCE = 6;

/** The number of a level above its cells: a button where pressing or dragging it does something. */
export function LevelName({
  level,
  size,
  levelSizes,
  off,
  onLevel,
  levelLabel,
  onDropLevel,
}: LevelActions & { readonly level: number; readonly size: number }) {
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
