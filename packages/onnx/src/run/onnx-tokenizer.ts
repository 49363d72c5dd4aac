import type { TokenizerConfig } from '@restok/core';
import { parseTokenizerConfig, ShapeError } from '@restok/core';
import type { TokenizerArchitecture } from '@restok/tokenizer';
import { tokenizerArchitecture } from '@restok/tokenizer';
import { tokenizerFiles } from '../format/model-files';
import type { OnnxPort } from '../format/onnx-graph';
import type { ExpectedPorts } from './check-ports';
import type { OnnxRunOptions } from './onnx-session';
import { OnnxSession } from './onnx-session';
import { readManifest } from './read-manifest';

/** What encoding gives: `[B, L]` and `[B, L, Dc]`, row-major. */
export interface EncodedPictures {
  readonly indices: Int32Array;
  readonly codes: Float32Array;
}

export interface OnnxDecodeOptions {
  /** Leading latents to keep, for all samples or for each; the rest become the mask token. All when left out. */
  readonly numKept?: number | readonly number[];
}

type GraphName = keyof typeof tokenizerFiles;

/** Signatures of the graphs of a model. */
function portsOf({
  model: { token_size: codeWidth },
  cropSize,
  schedule: { numLatents },
}: TokenizerArchitecture): Readonly<Record<GraphName, ExpectedPorts>> {
  const pixels: OnnxPort = { name: 'pixels', type: 'float32', shape: ['batch', cropSize, cropSize, 3] };
  const indices: OnnxPort = { name: 'indices', type: 'int32', shape: ['batch', numLatents] };
  const codes: OnnxPort = { name: 'codes', type: 'float32', shape: ['batch', numLatents, codeWidth] };
  const numKept: OnnxPort = { name: 'num_kept', type: 'int32', shape: ['batch'] };
  return {
    encode: { inputs: [pixels], outputs: [indices, codes] },
    decode: { inputs: [indices, numKept], outputs: [pixels] },
    decodeCodes: { inputs: [codes, numKept], outputs: [pixels] },
  };
}

/**
 * A tokenizer that was exported to ONNX, run by ONNX Runtime: the methods of `ResTok` with typed arrays. No backend of
 * TensorFlow.js is needed. Each graph is loaded when it is first used.
 */
export class OnnxTokenizer {
  /** Latents per level, coarsest first. */
  readonly levelSizes: readonly number[];
  readonly numLatents: number;
  private readonly architecture: TokenizerArchitecture;
  private readonly sessions = new Map<GraphName, Promise<OnnxSession>>();

  private constructor(
    private readonly folder: string,
    readonly config: TokenizerConfig,
    private readonly options: OnnxRunOptions,
  ) {
    this.architecture = tokenizerArchitecture(config);
    this.levelSizes = this.architecture.schedule.levelSizes;
    this.numLatents = this.architecture.schedule.numLatents;
  }

  /**
   * Opens a folder that `exportTokenizer` has written; in browsers also its address.
   *
   * @throws CheckpointError or ConfigError in one line that says what is wrong with it.
   */
  static async load(folder: string, options: OnnxRunOptions = {}): Promise<OnnxTokenizer> {
    const { config } = await readManifest(folder, 'tokenizer', options);
    return new OnnxTokenizer(folder, parseTokenizerConfig(config), options);
  }

  /** Loads graphs now rather than when they are first used. */
  async prepare(graphs: readonly GraphName[]): Promise<void> {
    for (const name of graphs) {
      await this.session(name);
    }
  }

  /**
   * Pictures to indices.
   *
   * @param pixels `[B, H, W, 3]` in 0 ... 1, row-major, H = W = crop_size.
   * @throws ShapeError when they do not fill whole pictures.
   */
  async encode(pixels: Float32Array): Promise<EncodedPictures> {
    const { cropSize } = this.architecture;
    const batch = rowsOf('encode', 'pixels', pixels, [cropSize, cropSize, 3]);
    const session = await this.session('encode');
    const { indices, codes } = await session.run({
      pixels: session.tensor(pixels, [batch, cropSize, cropSize, 3]),
    });
    return { indices: indices!.data as Int32Array, codes: codes!.data as Float32Array };
  }

  /**
   * Codes to pictures.
   *
   * @param codes `[B, L, Dc]`, row-major.
   * @returns `[B, H, W, 3]`, not clamped.
   * @throws ShapeError when they do not fill whole rows, or `numKept` is out of range.
   */
  async decode(codes: Float32Array, options: OnnxDecodeOptions = {}): Promise<Float32Array> {
    const { token_size: codeWidth } = this.architecture.model;
    const batch = rowsOf('decode', 'codes', codes, [this.numLatents, codeWidth]);
    return this.picturesOf('decodeCodes', 'codes', codes, [batch, this.numLatents, codeWidth], options);
  }

  /**
   * Indices to pictures, see {@link decode}.
   *
   * @param indices `[B, L]`, row-major.
   * @throws ShapeError also naming the first index that is not in the codebook.
   */
  async decodeIndices(indices: Int32Array, options: OnnxDecodeOptions = {}): Promise<Float32Array> {
    const batch = rowsOf('decodeIndices', 'indices', indices, [this.numLatents]);
    const { codebook_size: codebookSize } = this.architecture.model;
    const position = indices.findIndex((index) => !(index >= 0 && index < codebookSize));
    if (position >= 0) {
      throw new ShapeError(
        `decodeIndices: indices must be in 0 ... ${codebookSize - 1}, got ${indices[position]} at position ${position}. Use indices made by a model with this codebook.`,
        { index: indices[position], position },
      );
    }
    return this.picturesOf('decode', 'indices', indices, [batch, this.numLatents], options);
  }

  /** Frees every session. */
  async dispose(): Promise<void> {
    const open = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of open) {
      await session.then((loaded) => loaded.release()).catch(() => undefined);
    }
  }

  private async picturesOf(
    graph: GraphName,
    input: string,
    values: Float32Array | Int32Array,
    shape: readonly [number, ...number[]],
    { numKept = this.numLatents }: OnnxDecodeOptions,
  ): Promise<Float32Array> {
    const [batch] = shape;
    const kept = typeof numKept === 'number' ? new Array<number>(batch).fill(numKept) : numKept;
    if (kept.length !== batch || kept.some((n) => !Number.isInteger(n) || n < 0 || n > this.numLatents)) {
      const got = typeof numKept === 'number' ? numKept : `[${numKept.join(', ')}]`;
      throw new ShapeError(
        `decode: numKept must be a whole number from 0 to ${this.numLatents}, or ${batch} of them, got ${got}. Keep at most the latents that there are.`,
      );
    }
    const session = await this.session(graph);
    const { pixels } = await session.run({
      [input]: session.tensor(values, shape),
      num_kept: session.tensor(Int32Array.from(kept), [batch]),
    });
    return pixels!.data as Float32Array;
  }

  private session(name: GraphName): Promise<OnnxSession> {
    let session = this.sessions.get(name);
    if (session === undefined) {
      session = OnnxSession.open(
        this.folder,
        tokenizerFiles[name],
        portsOf(this.architecture)[name],
        this.options,
      );
      this.sessions.set(name, session);
    }
    return session;
  }
}

/** How many rows of a shape some values are; at least one. */
function rowsOf(caller: string, name: string, values: ArrayLike<number>, shape: readonly number[]): number {
  const rows = values.length / shape.reduce((product, side) => product * side, 1);
  if (!Number.isInteger(rows) || rows < 1) {
    throw new ShapeError(
      `${caller}: ${name} must be [B, ${shape.join(', ')}], got ${values.length} values. Pass whole rows of this model's size.`,
    );
  }
  return rows;
}
