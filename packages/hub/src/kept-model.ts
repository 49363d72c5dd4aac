import { CheckpointError } from '@restok/core';
import { downloadToMemory } from './download-to-memory';
import type { HubId } from './hub-id';
import type { HubFile, HubListing } from './hub-listing';
import { totalBytes } from './hub-listing';
import type { HubAccess } from './hub-request';
import { fileAddress } from './hub-request';
import { inParallel, PARALLEL } from './in-parallel';
import { modelFiles, withShards } from './model-files';
import type { ModelSource, SourceOptions } from './model-source';
import type { PageCache } from './page-cache';
import { readShardIndex } from './shard-index';

/** Which files, where they come from and where they stay. */
export interface KeptModelParts {
  readonly model: HubId;
  readonly access: HubAccess;
  readonly listing: HubListing;
  readonly pageCache: PageCache;
}

/** The files of one commit of a model, as far as the page has them. */
export class KeptModel {
  private readonly contents = new Map<string, Blob>();
  private readonly source: ModelSource;

  constructor(private readonly parts: KeptModelParts) {
    this.source = new BlobSource(parts.model.name, this.contents);
  }

  /** All files where none is missing; nothing is downloaded. */
  async whole(): Promise<ModelSource | undefined> {
    const { listing, model } = this.parts;
    const { files, index } = modelFiles(listing, model.name);
    if (index !== undefined && !(await this.find(index))) {
      return undefined;
    }
    const all = index === undefined ? files : await this.filesOfIndex();
    const found = await Promise.all(all.map((file) => this.find(file)));
    return found.every(Boolean) ? this.source : undefined;
  }

  /** All files; those that are missing are downloaded, some at a time. */
  async complete({ onDownload, onNotKept }: SourceOptions): Promise<ModelSource> {
    const { listing, model, access } = this.parts;
    let allKept = true;
    const get = async (file: HubFile, onBytes: (count: number) => void): Promise<void> => {
      const isKept = await this.download(file, onBytes);
      if (!isKept && allKept) {
        allKept = false;
        onNotKept?.();
      }
    };
    const { files, index } = modelFiles(listing, model.name);
    if (index !== undefined && !(await this.find(index))) {
      await get(index, () => undefined);
    }
    const all = index === undefined ? files : await this.filesOfIndex();
    await Promise.all(all.map((file) => this.find(file)));
    const missing = all.filter(({ path }) => !this.contents.has(path)).sort((a, b) => b.bytes - a.bytes);
    const total = totalBytes(all);
    let done = total - totalBytes(missing);
    await inParallel(missing, PARALLEL, access.signal, (file) =>
      get(file, (count) => {
        done += count;
        onDownload?.({ done, total });
      }),
    );
    return this.source;
  }

  /** Takes a file from the cache; false where it is not there as it should be. */
  private async find(file: HubFile): Promise<boolean> {
    const kept = this.contents.get(file.path) ?? (await this.keptAt(this.addressOf(file)));
    if (kept?.size !== file.bytes) {
      return false;
    }
    this.contents.set(file.path, kept);
    return true;
  }

  /** @returns whether the cache keeps it. */
  private async download(file: HubFile, onBytes: (count: number) => void): Promise<boolean> {
    const { model, access, pageCache } = this.parts;
    const address = this.addressOf(file);
    const content = await downloadToMemory({ file, model, access, address, onBytes });
    const isKept = await pageCache.keep(address, content);
    // What is kept may lie on the disk, what was downloaded lies in memory.
    this.contents.set(file.path, (isKept ? await this.keptAt(address) : undefined) ?? content);
    return isKept;
  }

  private async filesOfIndex(): Promise<readonly HubFile[]> {
    const { listing, model } = this.parts;
    const chosen = modelFiles(listing, model.name);
    const shards = await readShardIndex(this.source, chosen.index!.path);
    return withShards(chosen, listing, shards.values(), model.name);
  }

  private async keptAt(address: string): Promise<Blob | undefined> {
    return (await this.parts.pageCache.find(address))?.blob();
  }

  private addressOf({ path }: HubFile): string {
    const { access, model, listing } = this.parts;
    return fileAddress(access, model.name, listing.commit, path);
  }
}

/** Files that are held by the page. */
class BlobSource implements ModelSource {
  constructor(
    readonly description: string,
    private readonly contents: Map<string, Blob>,
  ) {}

  size(path: string): Promise<number | undefined> {
    return Promise.resolve(this.contents.get(path)?.size);
  }

  async read(path: string, start: number, end: number): Promise<Uint8Array> {
    const content = this.contents.get(path);
    if (content === undefined || end > content.size) {
      throw new CheckpointError(
        `read: ${this.description}/${path} ends at byte ${content?.size ?? 0}, expected ${end}. Get the file again.`,
      );
    }
    return new Uint8Array(await content.slice(start, end).arrayBuffer());
  }

  close(): Promise<void> {
    this.contents.clear();
    return Promise.resolve();
  }
}
