import { basename, createHasher, dirname, join, writeTogether } from '#onnx-platform';
import type { Placement } from './format/encode-model';
import { encodeModel } from './format/encode-model';
import type { Initializer, OnnxGraph } from './format/onnx-graph';
import type { StoragePlan } from './format/plan-storage';
import { planStorage } from './format/plan-storage';
import { bytesOf } from './format/stored-bytes';

/** What a model says of itself besides its graph. */
export type OnnxMetadata = Readonly<Record<string, string>>;

/** Key under which a model names the SHA-256 of its weights. */
const WEIGHTS_HASH_KEY = 'restok.weights_sha256';

/** A file in pieces that are made while it is written. */
interface File {
  readonly path: string;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * Writes a graph as an .onnx file, with its weights in a file beside it, tensor by tensor.
 *
 * @param path of the .onnx file; the weights go to the same name with `.data` behind it.
 * @throws CheckpointError when the file system refuses or values do not fit; nothing half-written stays behind.
 */
export async function saveOnnx(path: string, graph: OnnxGraph, metadata: OnnxMetadata = {}): Promise<void> {
  const dataFile = `${basename(path)}.data`;
  await writeTogether(
    'saveOnnx',
    filesOf(dirname(path), { dataFile, graphs: { [basename(path)]: graph }, metadata }),
  );
}

/** The bytes of an .onnx file that holds its weights: for models below 2 GB, and for browsers. */
export async function encodeOnnx(graph: OnnxGraph, metadata: OnnxMetadata = {}): Promise<Uint8Array> {
  return encodeModel(graph, { placements: await inlined(graph.initializers), metadata });
}

/** Graphs that share a file of weights. */
export interface GraphGroup {
  readonly dataFile: string;
  /** By file name. */
  readonly graphs: Readonly<Record<string, OnnxGraph>>;
  readonly metadata: OnnxMetadata;
}

/** The files of a group: weights first, since the graphs name their hash. */
export function filesOf(folder: string, { dataFile, graphs, metadata }: GraphGroup): File[] {
  const plan = planStorage(Object.values(graphs), dataFile);
  const hasher = createHasher();
  let hash = '';
  const weights = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of weightPieces(plan)) {
      hasher.update(piece);
      yield piece;
    }
    hash = hasher.digest();
  };
  const model = async function* (graph: OnnxGraph): AsyncGenerator<Uint8Array> {
    const placements = new Map([...plan.external.get(graph)!, ...(await inlined(plan.inline.get(graph)!))]);
    yield encodeModel(graph, { placements, metadata: { ...metadata, [WEIGHTS_HASH_KEY]: hash } });
  };
  return [
    { path: join(folder, dataFile), pieces: weights() },
    ...Object.entries(graphs).map(([file, graph]) => ({ path: join(folder, file), pieces: model(graph) })),
  ];
}

async function* weightPieces({ stored }: StoragePlan): AsyncGenerator<Uint8Array> {
  let position = 0;
  for (const { initializer, offset, length } of stored) {
    if (offset > position) {
      yield new Uint8Array(offset - position);
    }
    yield await bytesOf(initializer);
    position = offset + length;
  }
}

async function inlined(initializers: readonly Initializer[]): Promise<Map<string, Placement>> {
  const placements = new Map<string, Placement>();
  for (const initializer of initializers) {
    placements.set(initializer.name, { inline: await bytesOf(initializer) });
  }
  return placements;
}
