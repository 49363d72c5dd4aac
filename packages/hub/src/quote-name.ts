/** Longer names are cut in messages. */
const MAX_CHARACTERS = 100;

/** A name out of a file as a message shows it: in quotes, on one line, of bounded length. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > MAX_CHARACTERS ? `${name.slice(0, MAX_CHARACTERS)}…` : name);
}
