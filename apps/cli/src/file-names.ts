import { basename, extname } from 'node:path';

/**
 * A file name for each picture: its own without folder and extension, numbered where two are the same. Names
 * that come from a file are treated alike, so none can leave the output folder.
 */
export function outputNames(paths: readonly string[]): string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const flat = path.replaceAll('\\', '/');
    const stem = basename(flat, extname(flat)).replaceAll(/[^\p{L}\p{N}._ -]/gu, '_') || 'picture';
    let name = stem;
    for (let i = 2; taken.has(name); i++) {
      name = `${stem}-${i}`;
    }
    taken.add(name);
    return name;
  });
}
