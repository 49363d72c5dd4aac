import type { GeneratorConfig } from '@restok/core';
import { levelSchedule, parseGeneratorConfig, ShapeError } from '@restok/core';
import type {
  GenerateOptions,
  GenerationStep,
  GeneratorArchitecture,
  KnownInputs,
  PassRunner,
  Segment,
} from '@restok/generator';
import {
  checkLabels,
  collectIndices,
  generatorArchitecture,
  planGeneration,
  runGeneration,
} from '@restok/generator';
import { cacheNames, generatorFiles } from '../format/model-files';
import type { OnnxPort } from '../format/onnx-graph';
import type { ExpectedPorts } from './check-ports';
import type { OnnxRunOptions, OnnxTensor } from './onnx-session';
import { OnnxSession } from './onnx-session';
import { readManifest } from './read-manifest';

/**
 * A generator that was exported to ONNX, run by ONNX Runtime: the methods of `Generator` with typed arrays. Sampling
 * and guidance are those of `@restok/generator`, and no backend of TensorFlow.js is needed.
 */
export class OnnxGenerator {
  /** Whether whole levels are predicted at once. */
  readonly isHar: boolean;
  /** Latents per level, coarsest first. */
  readonly levelSizes: readonly number[];
  readonly numLatents: number;
  /** The label that means "no class"; absent where the model has none. */
  readonly nullLabel: number | undefined;

  private constructor(
    readonly config: GeneratorConfig,
    private readonly architecture: GeneratorArchitecture,
    private readonly session: OnnxSession,
  ) {
    this.isHar = architecture.numSpecial !== undefined;
    this.numLatents = architecture.numLatents;
    this.levelSizes = levelSchedule(this.numLatents).levelSizes;
    this.nullLabel = architecture.nullLabel;
  }

  /**
   * Opens a folder that `exportGenerator` has written; in browsers also its address.
   *
   * @throws CheckpointError or ConfigError in one line that says what is wrong with it.
   */
  static async load(folder: string, options: OnnxRunOptions = {}): Promise<OnnxGenerator> {
    const manifest = await readManifest(folder, 'generator', options);
    const har = manifest.har === true;
    const config = parseGeneratorConfig(manifest.config, { har });
    const architecture = generatorArchitecture(config, har);
    const session = await OnnxSession.open(folder, generatorFiles.step, portsOf(architecture), options);
    return new OnnxGenerator(config, architecture, session);
  }

  /**
   * Logits of every latent, from the class and the latents before its pass.
   *
   * @param indices `[B, L]`, row-major.
   * @param labels one for each row; `nullLabel` stands for no class.
   * @returns `[B, L, V]`, row-major: those at i are of latent i.
   * @throws ShapeError when a length or a value does not fit.
   */
  async forward(indices: Int32Array, labels: readonly number[]): Promise<Float32Array> {
    const { numClasses, vocabularySize, layout } = this.architecture;
    checkLabels('forward', labels, numClasses + (this.nullLabel === undefined ? 0 : 1));
    const position = indices.findIndex((index) => !(index >= 0 && index < vocabularySize));
    if (indices.length !== labels.length * this.numLatents || position >= 0) {
      throw new ShapeError(
        `forward: indices must be [${labels.length}, ${this.numLatents}] in 0 ... ${vocabularySize - 1}, got ${indices.length} values${position < 0 ? '' : `, ${indices[position]} at position ${position}`}. Use indices of the tokenizer that this generator was trained with.`,
      );
    }
    const whole = { inputs: layout.inputs, position: 0, visibleKeys: layout.visibleKeys };
    const known = { labels, latents: indices, stride: this.numLatents };
    return (await this.openPasses(labels.length).run(whole, known, true))!;
  }

  /**
   * Generates the indices of a picture for each label and yields after every forward pass.
   *
   * @throws ShapeError or ConfigError when an argument does not fit, before anything is computed.
   */
  generate(labels: readonly number[], options: GenerateOptions = {}): AsyncGenerator<GenerationStep> {
    const { architecture } = this;
    // With published positions one place is looked at before it is written; it holds zeros then.
    const places = options.publishedPositions === true ? this.numLatents : 0;
    return runGeneration(
      (batch) => this.openPasses(batch, places),
      architecture,
      planGeneration(architecture, labels, options),
    );
  }

  /** All indices that {@link generate} yields: `[B, L]`, row-major. */
  generateIndices(labels: readonly number[], options: GenerateOptions = {}): Promise<Int32Array> {
    return collectIndices(this.generate(labels, options), labels.length, this.numLatents);
  }

  /** Frees the session. */
  dispose(): Promise<void> {
    return this.session.release();
  }

  /**
   * Runs segments with a cache that is made now, as `Generator.openPasses` does.
   *
   * @param places of zeros that the cache starts with.
   */
  openPasses(batch: number, places = 0): PassRunner {
    const { session } = this;
    const { numLayers, numKeyHeads, headWidth } = this.architecture;
    const layers = Array.from({ length: numLayers }, (_, layer) => layer);
    const shape = [batch, numKeyHeads, places, headWidth];
    const size = batch * numKeyHeads * places * headWidth;
    const names = layers.flatMap((layer) => cacheNames.past(layer));
    let cache: Record<string, OnnxTensor> = Object.fromEntries(
      names.map((name) => [name, session.tensor(new Float32Array(size), shape)]),
    );
    return {
      run: async (segment, known, wantsLogits) => {
        const length = segment.inputs.length;
        const outputs = await session.run({
          rows: session.tensor(this.rowsOf(segment, known), [batch, length]),
          positions: session.tensor(
            Int32Array.from(segment.inputs, (_, i) => segment.position + i),
            [length],
          ),
          visible_keys: session.tensor(Int32Array.from(segment.visibleKeys), [length]),
          ...cache,
        });
        cache = Object.fromEntries(
          layers.flatMap((layer) =>
            cacheNames.past(layer).map((name, part) => [name, outputs[cacheNames.present(layer)[part]!]!]),
          ),
        );
        return wantsLogits ? (outputs.logits!.data as Float32Array) : undefined;
      },
      dispose: () => {
        cache = {};
      },
    };
  }

  /** What stands at each position, as the graph numbers it: classes, then codes, then special tokens. */
  private rowsOf({ inputs }: Segment, { labels, latents, stride }: KnownInputs): Int32Array {
    const { numClasses, vocabularySize } = this.architecture;
    const firstCode = numClasses + (this.nullLabel === undefined ? 0 : 1);
    return Int32Array.from(
      labels.flatMap((label, sample) =>
        inputs.map((input) => {
          switch (input.kind) {
            case 'class':
              return label;
            case 'latent':
              return firstCode + latents[sample * stride + input.index]!;
            case 'special':
              return firstCode + vocabularySize + input.index;
          }
        }),
      ),
    );
  }
}

/** The signature of the graph of a model. */
function portsOf({
  numLayers,
  numKeyHeads,
  headWidth,
  vocabularySize,
}: GeneratorArchitecture): ExpectedPorts {
  const layers = Array.from({ length: numLayers }, (_, layer) => layer);
  const cache =
    (places: string) =>
    (name: string): OnnxPort => ({ name, type: 'float32', shape: ['batch', numKeyHeads, places, headWidth] });
  return {
    inputs: [
      { name: 'rows', type: 'int32', shape: ['batch', 'length'] },
      { name: 'positions', type: 'int32', shape: ['length'] },
      { name: 'visible_keys', type: 'int32', shape: ['length'] },
      ...layers.flatMap(cacheNames.past).map(cache('past')),
    ],
    outputs: [
      { name: 'logits', type: 'float32', shape: ['batch', 'length', vocabularySize] },
      ...layers.flatMap(cacheNames.present).map(cache('capacity')),
    ],
  };
}
