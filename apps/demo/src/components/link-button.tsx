import type { ComponentChildren } from 'preact';

/** A link that looks like a button; without an address it stands in its place and leads nowhere yet. */
export function LinkButton({
  href,
  children,
}: {
  readonly href: string | undefined;
  readonly children: ComponentChildren;
}) {
  const isHeld = href === undefined;
  return (
    <a
      class="button quiet-button"
      href={href}
      role={isHeld ? 'link' : undefined}
      aria-disabled={isHeld ? true : undefined}
    >
      {children}
    </a>
  );
}
