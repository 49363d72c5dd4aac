import type { ModelPlace } from '../engine/engine-api';
import type { OpenedFiles } from './blob-files';
import { filesOfModel, openFiles } from './blob-files';
import type { OnProgress } from './download';
import { downloadFolder, downloadIfThere, fileAddress } from './download';
import { unpack } from './unpack';

/** The file that `restok export` writes last, and the format that it names. */
const MANIFEST = 'onnx.json';
const FORMAT = 'restok-onnx';

/** The folder of a model, wherever it lies; files are read when they are asked for. */
export interface ModelFolder {
  /** What errors call it. */
  readonly name: string;
  /** Whether ONNX files lie beside the weights. */
  readonly isExported: boolean;
  /** Its config and weights. */
  open(onProgress: OnProgress): Promise<OpenedFiles>;
  /** A file; undefined where there is none of that name. */
  read(name: string, onProgress: OnProgress): Promise<Uint8Array | undefined>;
}

/** Opens a folder; of one behind an address at most a small file is read. */
export async function openFolder(place: ModelPlace): Promise<ModelFolder> {
  return place.kind === 'url' ? folderAt(place) : folderOf(filesOfModel(await unpack(place.files)));
}

async function folderAt({
  url,
  isExported,
}: Extract<ModelPlace, { readonly kind: 'url' }>): Promise<ModelFolder> {
  const read = async (name: string, onProgress: OnProgress): Promise<Blob | undefined> =>
    downloadIfThere(fileAddress(url, name), (bytes, totalBytes) =>
      onProgress({ what: name, bytes, totalBytes }),
    );
  return {
    name: url,
    isExported: isExported ?? (await isManifest(await read(MANIFEST, ignore).catch(ignore))),
    open: async (onProgress) => openFiles(await downloadFolder(url, onProgress)),
    read: async (name, onProgress) => bytesOf(await read(name, onProgress)),
  };
}

async function folderOf(files: ReadonlyMap<string, Blob>): Promise<ModelFolder> {
  return {
    name: 'the model',
    isExported: await isManifest(files.get(MANIFEST)),
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
