import type { ComponentChildren } from 'preact';

/** A button that keeps the focus while it may not be pressed, for one that its own press holds up. */
export function HeldButton({
  isHeld,
  isMain = false,
  type = 'button',
  onClick,
  children,
}: {
  readonly isHeld: boolean;
  /** Whether it is the first thing to do. */
  readonly isMain?: boolean;
  readonly type?: 'button' | 'submit';
  readonly onClick?: () => void;
  readonly children: ComponentChildren;
}) {
  return (
    <button
      type={type}
      class={isMain ? 'button' : 'button quiet-button'}
      aria-disabled={isHeld ? true : undefined}
      onClick={(event) => {
        if (isHeld) {
          event.preventDefault();
        } else {
          onClick?.();
        }
      }}
    >
      {children}
    </button>
  );
}
