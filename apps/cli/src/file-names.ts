import { basename, extname } from 'node:path';

/** Bytes of a name, in UTF-8: file systems allow 255, endings and the names of partial files included. */
const MAX_NAME_BYTES = 180;

/**
 * A file name for each picture: its own without folder and extension, cut where it is very long, numbered where it
 * would be taken. Names that come from a file are treated alike, so none can leave the output folder.
 *
 * @param suffixes endings under which every picture is written; no two files get the same name, also where the
 *   file system does not tell upper from lower case.
 */
export function outputNames(paths: readonly string[], suffixes: readonly string[] = ['']): string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const flat = path.replaceAll('\\', '/');
    const plain = basename(flat, extname(flat)).replaceAll(/[^\p{L}\p{M}\p{N}._ -]/gu, '_');
    const stem = /^\.*$/.test(plain) ? 'picture' : shortened(plain);
    const filesOf = (name: string): string[] => suffixes.map((suffix) => comparable(name + suffix));
    let name = stem;
    for (let i = 2; filesOf(name).some((file) => taken.has(file)); i++) {
      name = `${stem}-${i}`;
    }
    filesOf(name).forEach((file) => taken.add(file));
    return name;
  });
}

/** The first characters of a name, as many as fit. */
function shortened(name: string): string {
  let bytes = 0;
  return [...name]
    .filter((character) => {
      bytes += Buffer.byteLength(character);
      return bytes <= MAX_NAME_BYTES;
    })
    .join('');
}

function comparable(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
