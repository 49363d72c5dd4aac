import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import {
  engine,
  expandDims,
  gather,
  greaterEqual,
  less,
  logicalAnd,
  maximum,
  minimum,
  scalar,
  sub,
  tensor2d,
  where,
} from '@tensorflow/tfjs-core';
import type { Generator, GeneratorArchitecture } from '@restok/generator';
import { generatorArchitecture, rotationAngles } from '@restok/generator';
import { GROWING_ATTENTION } from '../emitters/attention';
import { cacheNames, generatorFiles } from '../format/model-files';
import type { OnnxGraph } from '../format/onnx-graph';
import type { SymbolicInput } from '../trace-to-onnx';
import { traceToOnnx } from '../trace-to-onnx';
import type { BoundParameter } from '../trace/bound-parameter';
import { boundParameters } from '../trace/bound-parameter';
import type { ExportOptions } from './model-metadata';
import { manifestOf, metadataOf } from './model-metadata';
import { writeModel } from './write-model';

/** Published names of the tables of embeddings, in the order in which the graph numbers their rows. */
const TABLES = [
  'cls_embedding.embedding_table.weight',
  'tok_embeddings.weight',
  'spe_tok_embeddings.special_embeddings.weight',
];

/**
 * Writes a generator as one ONNX graph, `step.onnx`, by running its blocks once on symbolic tensors. The graph puts
 * `length` new positions of `batch` sequences through the transformer; single latents and whole levels both go through
 * it, and so does a whole sequence at once:
 *
 * - rows `[batch, length]` int32: what stands at each position: a class, then `numLabels` + a code, then
 *   `numLabels + V` + a special token;
 * - positions `[length]` int32: their places, neighbouring; visible_keys `[length]` int32: how many places each sees;
 * - past_keys.i and past_values.i `[batch, K, past, Dh]` of each layer: the cache so far, at first with no places;
 * - logits `[batch, length, V]`, and present_keys.i and present_values.i: the cache for the next run.
 *
 * @param folder is made where it does not exist.
 * @throws CheckpointError when the file system refuses; nothing half-written stays behind.
 */
export async function exportGenerator(
  generator: Generator,
  folder: string,
  options: ExportOptions = {},
): Promise<void> {
  const manifest = manifestOf('generator', generator.config, { ...options, har: generator.isHar });
  const { graph, data } = generatorFiles.step;
  await writeModel('exportGenerator', folder, manifest, [
    {
      dataFile: data,
      graphs: { [graph]: traceGenerator(generator, options) },
      metadata: metadataOf(manifest, generator.levelSizes),
    },
  ]);
}

/** The graph of a generator. */
export function traceGenerator(generator: Generator, { weights }: ExportOptions = {}): OnnxGraph {
  const architecture = generatorArchitecture(generator.config, generator.isHar);
  const { numLayers, numHeads, numKeyHeads, headWidth } = architecture;
  const parameters = boundParameters(generator);
  const layers = Array.from({ length: numLayers }, (_, layer) => layer);
  const cache: SymbolicInput = { shape: ['batch', numKeyHeads, 'past', headWidth] };
  const inputs: Record<string, SymbolicInput> = {
    rows: { shape: ['batch', 'length'], dtype: 'int32' },
    positions: { shape: ['length'], dtype: 'int32' },
    visible_keys: { shape: ['length'], dtype: 'int32' },
    ...Object.fromEntries(layers.flatMap(cacheNames.past).map((name) => [name, cache])),
  };
  return traceToOnnx(
    (symbols) => {
      const positions = symbols.input('positions') as Tensor1D;
      const visibleKeys = symbols.input('visible_keys');
      const outputs: Record<string, Tensor> = {};
      const attend = (layer: number, qkv: Tensor3D): Tensor3D => {
        const [pastKeys, pastValues] = cacheNames.past(layer).map((name) => symbols.input(name));
        const [mixed, keys, values] = engine().runKernel<Tensor[]>(
          GROWING_ATTENTION,
          { qkv, pastKeys: pastKeys!, pastValues: pastValues!, positions, visibleKeys },
          { numHeads, capacity: symbols.size('capacity') },
        );
        const [keysName, valuesName] = cacheNames.present(layer);
        outputs[keysName] = keys!;
        outputs[valuesName] = values!;
        return mixed as Tensor3D;
      };
      const embedded = embeddingOf(symbols.input('rows'), tablesOf(parameters));
      const rotation = rotationAt(positions, architecture);
      const logits = generator.toLogits(generator.forwardBlocks(embedded, { rotation, attend }));
      return { logits, ...outputs };
    },
    inputs,
    { name: 'restok-step', parameters, weightType: weights, sizes: ['capacity'] },
  );
}

function tablesOf(parameters: readonly BoundParameter[]): Tensor2D[] {
  return TABLES.flatMap((table) => parameters.filter(({ name }) => name === table)).map(
    ({ tensor }) => tensor as Tensor2D,
  );
}

/** Rows of several tables that are numbered through: `[B, T]` to `[B, T, D]`. */
function embeddingOf(rows: Tensor2D, tables: readonly Tensor2D[]): Tensor3D {
  let start = 0;
  let embedded: Tensor | undefined;
  for (const table of tables) {
    const size = table.shape[0];
    const [first, last] = [scalar(0, 'int32'), scalar(size - 1, 'int32')];
    const own = sub(rows, scalar(start, 'int32'));
    const found = gather(table, minimum(maximum(own, first), last));
    const isOwn = logicalAnd(greaterEqual(own, first), less(own, scalar(size, 'int32')));
    embedded = embedded === undefined ? found : where(expandDims(isOwn, 2), found, embedded);
    start += size;
  }
  return embedded as Tensor3D;
}

/** Cosines and sines at some places, `[T, Dh/2]`. */
function rotationAt(
  positions: Tensor1D,
  { numLatents, headWidth, rotaryBase }: GeneratorArchitecture,
): { cos: Tensor2D; sin: Tensor2D } {
  const { cos, sin } = rotationAngles(numLatents, headWidth, rotaryBase);
  const table = (values: Float32Array): Tensor2D =>
    gather(tensor2d(values, [numLatents, headWidth / 2]), positions);
  return { cos: table(cos), sin: table(sin) };
}
