import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { HubFile } from './hub-listing';
import { isCommit } from './hub-id';
import { openFolder } from './open-folder';
import { readShardIndex } from './shard-index';

/**
 * The folder of one model in the cache: `blobs` holds contents, named by their checksums; `snapshots/<commit>` holds
 * the files of a commit as links to them; `refs/<revision>` holds the commit that a branch or tag was last seen at.
 *
 * @source https://huggingface.co/docs/hub/local-cache
 */
export class HubCache {
  readonly folder: string;

  constructor(
    cache: string,
    name: string,
    private readonly makeLink: typeof symlink = symlink,
  ) {
    this.folder = join(cache, `models--${name.replace('/', '--')}`);
  }

  blob(file: HubFile): string {
    return join(this.folder, 'blobs', file.checksum);
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit);
  }

  /** The commit that a revision was last seen at. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) {
      return revision;
    }
    const text = await readFile(this.ref(revision), 'utf8').catch(() => '');
    return isCommit(text.trim()) ? text.trim() : undefined;
  }

  async setCommit(revision: string, commit: string): Promise<void> {
    if (revision !== commit && (await this.commitOf(revision)) !== commit) {
      await replace(this.ref(revision), (path) => writeFile(path, commit));
    }
  }

  /** Whether a commit has a file of the size that it should have. */
  async has(commit: string, { path, bytes }: HubFile): Promise<boolean> {
    return (await sizeOf(join(this.snapshot(commit), path))) === bytes;
  }

  /** Whether the content of a file is there, whole. */
  async hasBlob(file: HubFile): Promise<boolean> {
    return (await sizeOf(this.blob(file))) === file.bytes;
  }

  /**
   * Puts a content that is in `blobs` into a commit: as a symbolic link, or, where the system refuses those, as a
   * second name of the file, or as a copy.
   */
  async place(commit: string, file: HubFile): Promise<void> {
    const place = join(this.snapshot(commit), file.path);
    const blob = this.blob(file);
    await replace(place, async (path) => {
      try {
        await this.makeLink(relative(dirname(place), blob), path);
      } catch {
        await link(blob, path).catch(() => copyFile(blob, path));
      }
    });
  }

  /**
   * Folder of a commit that holds a whole model.
   *
   * @returns undefined when files of it are missing.
   */
  async whole(commit: string | undefined): Promise<string | undefined> {
    const folder = commit === undefined ? undefined : this.snapshot(commit);
    return folder !== undefined && (await isWholeModel(folder)) ? folder : undefined;
  }

  private ref(revision: string): string {
    return join(this.folder, 'refs', revision);
  }
}

/** Shards named by the index of a folder. */
export async function shardsIn(folder: string): Promise<string[]> {
  const found = await openFolder(folder);
  try {
    return [...new Set((await readShardIndex(found!.source, 'model.safetensors.index.json')).values())];
  } finally {
    await found?.source.close();
  }
}

async function isWholeModel(folder: string): Promise<boolean> {
  const has = async (path: string): Promise<boolean> => (await sizeOf(join(folder, path))) !== undefined;
  const configs = await Promise.all(['config.json', 'config.yaml', 'config.yml'].map(has));
  if (!configs.includes(true)) {
    return false;
  }
  if (await has('model.safetensors')) {
    return true;
  }
  const shards = await shardsIn(folder).catch(() => []);
  return shards.length > 0 && (await Promise.all(shards.map(has))).every(Boolean);
}

/** Bytes of a file, links followed; undefined when there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
}

/** Makes something beside its place and moves it there, so that nobody sees half of it. */
async function replace(path: string, make: (path: string) => Promise<void>): Promise<void> {
  const partial = `${path}.${randomUUID().slice(0, 8)}.incomplete`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await make(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
