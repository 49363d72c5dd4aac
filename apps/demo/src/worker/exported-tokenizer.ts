import type { Tensor3D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import type { OnnxTokenizer } from '@restok/onnx/browser';
import { ResTok } from '@restok/tokenizer';
import type { OnnxProvider, TokenizerFacts } from '../engine/engine-api';
import { tokenizerPictureBytes } from './largest-activation';
import type { ModelFolder, OnProgress } from './model-folder';
import { loadOnnxRuntime } from './onnx-runtime';
import type { PageTokenizer } from './page-tokenizer';
import { tokenizerFacts } from './page-tokenizer';

/**
 * A tokenizer that ONNX Runtime runs. What its graphs do not give (codes of single latents, attention) comes from the
 * weights beside them, which are loaded when something asks for it.
 */
export class ExportedTokenizer implements PageTokenizer {
  readonly facts: TokenizerFacts;
  readonly pictureBytes: number;
  private plain: Promise<ResTok> | undefined;

  private constructor(
    private readonly folder: ModelFolder,
    private readonly graphs: OnnxTokenizer,
    provider: OnnxProvider,
  ) {
    this.pictureBytes = tokenizerPictureBytes(graphs.config);
    const outline = new ResTok(graphs.config);
    this.facts = tokenizerFacts(outline, { engine: 'onnx', provider, isExported: true });
    outline.dispose();
  }

  /** Loads the graphs that every visitor needs. */
  static async load(folder: ModelFolder, onProgress: OnProgress): Promise<ExportedTokenizer> {
    const { classes, provider, providers } = await loadOnnxRuntime();
    const graphs = await classes.OnnxTokenizer.load(folder.name, {
      providers,
      readFile: (name) => folder.read(name, onProgress),
    });
    try {
      await graphs.prepare(['encode', 'decode']);
      return new ExportedTokenizer(folder, graphs, provider);
    } catch (error) {
      await graphs.dispose();
      throw error;
    }
  }

  async encode(pixels: Float32Array): Promise<Int32Array> {
    return (await this.graphs.encode(pixels)).indices;
  }

  decodeRows(rows: readonly Int32Array[], numKept: readonly number[]): Promise<Float32Array> {
    return this.graphs.decodeIndices(Int32Array.from(rows.flatMap((row) => [...row])), { numKept });
  }

  async decodeCodes(codesOf: (model: ResTok) => Tensor3D): Promise<Float32Array> {
    const model = await this.model();
    const codes = tidy(() => codesOf(model));
    try {
      return await this.graphs.decode((await codes.data()) as Float32Array);
    } finally {
      codes.dispose();
    }
  }

  model(): Promise<ResTok> {
    this.plain ??= this.loadPlain().catch((error: unknown) => {
      this.plain = undefined;
      throw error;
    });
    return this.plain;
  }

  async dispose(): Promise<void> {
    await this.graphs.dispose();
    await this.plain?.then(
      (model) => model.dispose(),
      () => undefined,
    );
  }

  private async loadPlain(): Promise<ResTok> {
    const { config, weights } = await this.folder.open(() => undefined);
    return ResTok.fromWeights(config, weights);
  }
}
