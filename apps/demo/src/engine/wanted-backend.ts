/** A graphics card that was reset this often is left alone. */
const MOST_RESETS = 2;

/**
 * What a new worker should compute with: what the address asks for, `?backend=wasm`, if anything.
 *
 * @param numResets how often the graphics card was reset under the workers before.
 */
export function wantedBackend(numResets: number): string {
  const asked = new URLSearchParams(location.search).get('backend') ?? '';
  return numResets < MOST_RESETS ? asked : 'WebAssembly';
}
