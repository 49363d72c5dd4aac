let release: (() => void) | undefined;

/** Keeps what frees the backend of a command: a GPU would let the program go on for ever. */
export function releaseLater(free: () => void): void {
  release = free;
}

/** Frees what the last command computed with, where it must be freed. */
export function releaseBackend(): void {
  release?.();
  release = undefined;
}
