import type { OpenedModel } from '@restok/hub';
import { openModel } from '@restok/hub';
import type { DownloadProgress, FileStorage, ModelPlace } from '../engine/engine-api';
import type { OpenedFiles } from './blob-files';
import { filesOfModel, openFiles } from './blob-files';
import { FolderAtUrl } from './folder-at-url';
import { unpack } from './unpack';

/** Told how far a download is. */
export type OnProgress = (progress: DownloadProgress) => void;

/** The file that `restok export` writes last, and the format that it names. */
const MANIFEST = 'onnx.json';
const FORMAT = 'restok-onnx';

/** The folder of a model, wherever it lies; files are read when they are asked for. */
export interface ModelFolder {
  /** What errors call it. */
  readonly name: string;
  /** Whether ONNX files lie beside the weights. */
  readonly isExported: boolean;
  /** What became of the files that were read so far. */
  readonly storage: FileStorage;
  /** Its config and weights. */
  open(onProgress: OnProgress): Promise<OpenedFiles>;
  /** A file; undefined where there is none of that name. */
  read(name: string, onProgress: OnProgress): Promise<Uint8Array | undefined>;
}

type Place<Kind extends ModelPlace['kind']> = Extract<ModelPlace, { readonly kind: Kind }>;

/**
 * Opens a folder; of one behind an address at most a small file is read.
 *
 * @param signal ends downloads, with its reason.
 */
export async function openFolder(place: ModelPlace, signal?: AbortSignal): Promise<ModelFolder> {
  switch (place.kind) {
    case 'url':
      return folderAt(place, signal);
    case 'hub':
      return folderOnHub(place, signal);
    case 'files':
      return folderOf(filesOfModel(await unpack(place.files)));
  }
}

async function folderAt({ url, isExported }: Place<'url'>, signal?: AbortSignal): Promise<ModelFolder> {
  const folder = await FolderAtUrl.open(url, signal);
  const hasManifest = isExported ?? (await isManifest(await folder.read(MANIFEST, ignore).catch(ignore)));
  return {
    name: url,
    isExported: hasManifest,
    get storage() {
      return folder.storage;
    },
    open: (onProgress) => folder.open(onProgress),
    read: async (name, onProgress) => bytesOf(await folder.read(name, onProgress)),
  };
}

/** TensorFlow.js runs models of a hub: of those the hub's cache holds config and weights. */
function folderOnHub({ id, endpoint }: Place<'hub'>, signal?: AbortSignal): ModelFolder {
  let storage: FileStorage = 'kept before';
  const open = (onProgress: OnProgress): Promise<OpenedModel> =>
    openModel(id, {
      endpoint,
      signal,
      onDownload: ({ done, total }) => {
        storage = storage === 'not kept' ? storage : 'kept now';
        onProgress({ what: id, bytes: done, totalBytes: total });
      },
      onNotKept: () => (storage = 'not kept'),
    });
  return {
    name: id,
    isExported: false,
    get storage() {
      return storage;
    },
    open,
    read: () => Promise.resolve(undefined),
  };
}

async function folderOf(files: ReadonlyMap<string, Blob>): Promise<ModelFolder> {
  return {
    name: 'the model',
    isExported: await isManifest(files.get(MANIFEST)),
    storage: 'own',
    open: () => openFiles([...files].map(([path, blob]) => ({ path, blob }))),
    read: (name) => bytesOf(files.get(name)),
  };
}

async function bytesOf(blob: Blob | undefined): Promise<Uint8Array | undefined> {
  return blob === undefined ? undefined : new Uint8Array(await blob.arrayBuffer());
}

/** Some hosts answer with a page instead of saying that a file is missing. */
async function isManifest(blob: Blob | undefined): Promise<boolean> {
  try {
    const value: unknown = JSON.parse((await blob?.text()) ?? 'null');
    return typeof value === 'object' && value !== null && 'format' in value && value.format === FORMAT;
  } catch {
    return false;
  }
}

function ignore(): undefined {
  return undefined;
}
