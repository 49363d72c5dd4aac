import { createHash } from 'node:crypto';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { writeAtomically } from '../atomic-file';
import { bicubicResize } from '../bicubic-resize';
import { decodePicture } from '../decode-picture';
import type { CatalogueEntry } from './catalogue';
import { lookUp, parseCatalogue } from './catalogue';
import { isTestEmoji } from './code-name';
import type { TarballFetcher } from './fetch-tarball';
import { fetchTarball } from './fetch-tarball';
import type { EmojiEntry, EmojiManifest } from './manifest';
import { EMOJI_SIZE, readManifest } from './manifest';
import type { EmojiSource } from './sources';
import { emojiCategories, emojiSources, emojiStyles } from './sources';
import { tarballEntries } from './tarball';

export interface DownloadEmojiOptions {
  /** Called as pictures are converted. */
  readonly onProgress?: (progress: EmojiProgress) => void;
  readonly signal?: AbortSignal;
  readonly sources?: readonly EmojiSource[];
  readonly fetchTarball?: TarballFetcher;
}

/** How far one package is. */
export interface EmojiProgress {
  readonly packageName: string;
  /** Pictures that are converted. */
  readonly pictures: number;
  /** Of the package's tarball. */
  readonly bytes: number;
}

/** Larger files inside a tarball are refused. */
const MAX_ENTRY_BYTES = 16 * 2 ** 20;

/**
 * Fetches the emoji set from the npm registry into a folder: pictures.bin (uint8 `[N, 64, 64, 3]`),
 * manifest.json, CREDITS.md. A complete folder is left as it is.
 *
 * @throws DataError when a tarball cannot be had, is not the pinned one or does not hold what it should; the
 *   signal's reason when that stops it. Nothing half-written stays behind.
 */
export async function downloadEmoji(
  folder: string,
  options: DownloadEmojiOptions = {},
): Promise<EmojiManifest> {
  const sources = options.sources ?? emojiSources;
  const present = await readManifest(folder);
  if (
    present !== undefined &&
    present.sources.length === sources.length &&
    present.sources.every((source, i) => source.integrity === sources[i]?.integrity) &&
    (await hasPictures(folder, present))
  ) {
    return present;
  }
  const pictures: { entry: EmojiEntry; pixels: Uint8Array }[] = [];
  let catalogue = new Map<string, CatalogueEntry>();
  for (const source of sources) {
    const tarball = await (options.fetchTarball ?? fetchTarball)(source, options);
    checkIntegrity(tarball, source);
    const files = await tarballEntries(
      tarball,
      MAX_ENTRY_BYTES,
      (path) => isPicture(path, source) || path === 'package/emoji.json',
    );
    const listed = files.get('package/emoji.json');
    if (listed !== undefined) {
      catalogue = parseCatalogue(listed, source.packageName);
    }
    let converted = 0;
    for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      options.signal?.throwIfAborted();
      if (!isPicture(path, source)) {
        continue;
      }
      const codeName = path.slice(source.folder.length, -source.extension.length);
      const known = lookUp(catalogue, codeName);
      if (known === undefined) {
        continue;
      }
      const picture = await decodePicture(bytes, path);
      const { pixels } = bicubicResize(picture, EMOJI_SIZE, EMOJI_SIZE);
      pictures.push({ entry: entryOf(codeName, known, source), pixels });
      converted += 1;
      options.onProgress?.({ packageName: source.packageName, pictures: converted, bytes: tarball.length });
    }
    if (converted === 0) {
      throw new DataError(
        `downloadEmoji: ${source.packageName} holds no pictures in ${source.folder}. Report this.`,
      );
    }
  }
  return writeFolder(folder, sources, pictures);
}

/** Whether pictures.bin is there, and whole. */
async function hasPictures(folder: string, { pictures, size }: EmojiManifest): Promise<boolean> {
  const found = await stat(join(folder, 'pictures.bin')).catch(() => undefined);
  return found?.size === pictures.length * size * size * 3;
}

/** The client of the registry checks this, too; a fetcher of one's own need not. */
function checkIntegrity(tarball: Uint8Array, { packageName, integrity }: EmojiSource): void {
  const actual = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  if (actual !== integrity) {
    throw new DataError(
      `downloadEmoji: the tarball of ${packageName} must have the integrity ${integrity}, got ${actual}. Fetch it again; if that does not help, do not use it.`,
    );
  }
}

function isPicture(path: string, source: EmojiSource): boolean {
  return path.startsWith(source.folder) && path.endsWith(source.extension);
}

function entryOf(codeName: string, known: CatalogueEntry, source: EmojiSource): EmojiEntry {
  const categories = Object.keys(emojiCategories);
  // The five skin-tone swatches are a category of their own there; here they count as symbols.
  const category = categories.find((key) => emojiCategories[key] === known.category) ?? 'symbols';
  const label = categories.indexOf(category) * emojiStyles.length + emojiStyles.indexOf(source.style);
  return { codeName, name: known.name, style: source.style, category, label, test: isTestEmoji(codeName) };
}

async function writeFolder(
  folder: string,
  sources: readonly EmojiSource[],
  pictures: readonly { entry: EmojiEntry; pixels: Uint8Array }[],
): Promise<EmojiManifest> {
  const manifest: EmojiManifest = {
    format: 'restok-emoji-1',
    size: EMOJI_SIZE,
    classNames: Object.keys(emojiCategories).flatMap((category) =>
      emojiStyles.map((style) => `${category}/${style}`),
    ),
    sources: sources.map(({ style, packageName, version, integrity, licence, credit }) => ({
      style,
      packageName,
      version,
      integrity,
      licence,
      credit,
    })),
    pictures: pictures.map(({ entry }) => entry),
  };
  const credits = ['# Credits', '', ...sources.map(({ style, credit }) => `- ${style}: ${credit}`), ''].join(
    '\n',
  );
  // An older manifest must not describe the new pictures, should this be cut off in between.
  await rm(join(folder, 'manifest.json'), { force: true });
  await writeAtomically(join(folder, 'pictures.bin'), (path) =>
    writeFile(
      path,
      pictures.map(({ pixels }) => pixels),
    ),
  );
  await writeAtomically(join(folder, 'CREDITS.md'), (path) => writeFile(path, credits));
  await writeAtomically(join(folder, 'manifest.json'), (path) => writeFile(path, JSON.stringify(manifest)));
  return manifest;
}
