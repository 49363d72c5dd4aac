import { CheckpointError } from '@restok/core';
import type { ModelSource, OpenedModel } from '@restok/hub';
import { openModelSource } from '@restok/hub';
import type { FileStorage } from '../engine/engine-api';
import { downloadFile } from './download';
import { fileAddress, KeptFolder } from './kept-folder';
import type { OnProgress } from './model-folder';
import { blobPart } from './blob-part';

/** What a model of safetensors consists of; nothing else is downloaded to see whether it is there. */
const MODEL_FILE = /\.(json|ya?ml|safetensors)$/;
const INDEX = /\.safetensors\.index\.json$/;

/** A folder behind an address: files are downloaded whole, and kept. */
export class FolderAtUrl {
  /** Bytes of each file that is here or under way, and how many it will have. */
  private readonly progress = new Map<string, readonly [bytes: number, total: number]>();
  /** Bytes of all weights, as the index of several files says. */
  private announced = 0;
  private hasDownloaded = false;
  private hasNoRoom = false;

  private constructor(
    readonly address: string,
    private readonly kept: KeptFolder,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Opens it; kept files that the server no longer has in this version are forgotten. */
  static async open(address: string, signal?: AbortSignal): Promise<FolderAtUrl> {
    return new FolderAtUrl(address, await KeptFolder.open(address, signal), signal);
  }

  /** What became of the files that were read so far. */
  get storage(): FileStorage {
    return this.hasNoRoom ? 'not kept' : this.hasDownloaded ? 'kept now' : 'kept before';
  }

  /**
   * A file, from the browser's store where it is there already.
   *
   * @returns undefined where the server has none of that name.
   */
  async read(path: string, onProgress: OnProgress): Promise<Blob | undefined> {
    const kept = await this.kept.find(path);
    if (kept !== undefined) {
      this.report(path, kept.size, kept.size, onProgress);
      return kept;
    }
    const url = fileAddress(this.address, path);
    if (this.kept.isOffline) {
      throw new CheckpointError(
        `download: ${url} is not kept, and its server cannot be reached. Connect to the network and try again.`,
      );
    }
    const onBytes = (bytes: number, total: number): void => this.report(path, bytes, total, onProgress);
    const file = await downloadFile(url, onBytes, this.signal);
    if (file !== undefined) {
      this.hasDownloaded = true;
      this.hasNoRoom ||= !(await this.kept.keep(path, file.blob, file.version));
    }
    return file?.blob;
  }

  /** Its model as a source: what is asked for its size is downloaded. */
  private source(onProgress: OnProgress): ModelSource {
    const files = new Map<string, Blob | undefined>();
    return {
      description: withoutQuery(this.address),
      size: async (path) => {
        if (!files.has(path) && MODEL_FILE.test(path)) {
          const file = await this.read(path, onProgress);
          files.set(path, file);
          if (INDEX.test(path)) {
            this.announced = await totalOf(file);
          }
        }
        return files.get(path)?.size;
      },
      read: (path, start, end) => blobPart(files.get(path), path, start, end),
      close: () => Promise.resolve(files.clear()),
    };
  }

  /**
   * Opens its model.
   *
   * @throws CheckpointError when something is missing or malformed, or changed while it was downloaded.
   */
  async open(onProgress: OnProgress): Promise<OpenedModel> {
    try {
      const model = await openModelSource(this.source(onProgress));
      if (this.hasDownloaded) {
        await this.kept.confirm();
      }
      return model;
    } catch (error) {
      // What cannot be opened is not kept; what was cancelled goes on another time.
      if (this.hasDownloaded && this.signal?.aborted !== true) {
        await this.kept.forget();
      }
      throw error;
    }
  }

  private report(path: string, bytes: number, total: number, onProgress: OnProgress): void {
    this.progress.set(path, [bytes, total]);
    const all = [...this.progress.values()];
    const sum = (which: 0 | 1): number => all.reduce((count, numbers) => count + numbers[which], 0);
    onProgress({ what: path, bytes: sum(0), totalBytes: Math.max(sum(1), this.announced) });
  }
}

function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/s, '');
}

/** `metadata.total_size` of an index; 0 where it does not tell. */
async function totalOf(index: Blob | undefined): Promise<number> {
  try {
    const { metadata } = JSON.parse((await index?.text()) ?? '{}') as { metadata?: { total_size?: unknown } };
    return Number(metadata?.total_size ?? 0) || 0;
  } catch {
    // Whoever opens the model says what is wrong with it.
    return 0;
  }
}
