/** What the page and its workers say to each other: plain data only, so that it can be sent. */

/** A picture as canvases take it: RGBA, row-major. */
export interface PagePicture {
  readonly side: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Which engine computes, and why. */
export interface BackendNote {
  readonly name: string;
  /** One sentence for people. */
  readonly reason: string;
}

/** A part of a download. */
export interface DownloadProgress {
  readonly what: string;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** What can run a model; `onnx` needs the files that `restok export` writes beside its weights. */
export const engineNames = ['tfjs', 'onnx'] as const;

export type EngineName = (typeof engineNames)[number];

/** Where the files of a model are; `isExported` says whether ONNX files lie beside the weights, where that is known. */
export type ModelPlace =
  | { readonly kind: 'url'; readonly url: string; readonly isExported?: boolean }
  /** `owner/name` or `owner/name@revision` of a hub, of Hugging Face's where no endpoint is named. */
  | { readonly kind: 'hub'; readonly id: string; readonly endpoint?: string }
  | { readonly kind: 'files'; readonly files: readonly NamedFile[] };

/**
 * What became of a model's files: they are the visitor's own, were kept by an earlier visit, are kept from now on, or
 * the browser has no room to keep them.
 */
export type FileStorage = 'own' | 'kept before' | 'kept now' | 'not kept';

/** A model that was loaded, as the page needs to know it. */
export interface Loaded<Facts> {
  readonly facts: Facts;
  readonly storage: FileStorage;
}

/** A model to load, and what should run it. */
export interface LoadRequest {
  readonly place: ModelPlace;
  readonly engine: EngineName;
}

/** A file with the path that it has in its folder. */
export interface NamedFile {
  readonly path: string;
  readonly blob: Blob;
}

/** Where ONNX Runtime computes. */
export type OnnxProvider = 'WebGPU' | 'WebAssembly';

/** What runs a loaded model. */
export interface EngineFacts {
  readonly engine: EngineName;
  /** Where ONNX Runtime computes; undefined for TensorFlow.js. */
  readonly provider?: OnnxProvider;
  /** Whether ONNX Runtime can run it. */
  readonly isExported: boolean;
}

/** What the page needs to know about a loaded tokenizer. */
export interface TokenizerFacts extends EngineFacts {
  readonly side: number;
  readonly numLatents: number;
  readonly levelSizes: readonly number[];
  readonly codebookSize: number;
  readonly numParameters: number;
  readonly encoderLayers: number;
  readonly encoderHeads: number;
  readonly decoderLayers: number;
  readonly decoderHeads: number;
}

/** What the page needs to know about a loaded generator. */
export interface GeneratorFacts extends EngineFacts {
  readonly classNames: readonly string[];
  readonly isHar: boolean;
  readonly canGuide: boolean;
  readonly numPasses: number;
  readonly numParameters: number;
  /** Numbers of leading latents that may be kept when the rest is drawn anew. */
  readonly possibleStarts: readonly number[];
}

/** What a model folder holds, known before its weights are loaded. */
export interface ModelFacts {
  readonly kind: 'tokenizer' | 'generator';
  readonly title: string;
  readonly downloadBytes: number;
  readonly numParameters: number;
  readonly memoryBytes: number;
  readonly latents: number;
  readonly codebookSize: number;
  readonly license: string | undefined;
  /** Why this device cannot run it; absent where it can. */
  readonly refusal: string | undefined;
}

/** How a picture is generated. */
export interface GenerateRequest {
  readonly labels: readonly number[];
  readonly seed: number;
  readonly guidanceScale: number;
  readonly schedule: string;
  readonly scheduleStart: number;
  readonly temperature: number;
  readonly topP: number;
  /** Leading latents to keep, for every picture. */
  readonly keep?: { readonly indices: readonly number[]; readonly numKept: number };
}

/** A forward pass that ended: the latents so far and what they decode to. */
export interface GenerateStep {
  readonly step: number;
  readonly numSteps: number;
  /** Latents known so far, the same number for every picture. */
  readonly numKnown: number;
  /** `[B][L]`; unknown ones are 0. */
  readonly indices: readonly Int32Array[];
  readonly pictures: readonly PagePicture[];
  /** Milliseconds of forward passes so far, previews not counted. */
  readonly milliseconds: number;
}

/** How far a measurement of one picture is: by levels first, then one latent a pass. */
export interface TimingProgress {
  readonly how: 'levels' | 'one by one';
  readonly done: number;
  readonly total: number;
  readonly milliseconds: number;
}

/** Attention of one query to every token of the picture. */
export interface AttentionMaps {
  /** `[queries][cells]`, each scaled to a largest value of 1. */
  readonly maps: readonly Float32Array[];
  readonly rows: number;
  readonly columns: number;
}

/** Codes with the place of each on a plane. */
export interface CodebookMap {
  /** Code in each cell of a square grid, row-major. */
  readonly cells: Int32Array;
  readonly columns: number;
}

/** Tensors that are alive in the worker. */
export interface MemoryFacts {
  readonly numTensors: number;
  readonly numBytes: number;
}

/** Everything that the model's worker does. */
export interface EngineApi {
  /** Chooses the backend. */
  start(): Promise<BackendNote>;
  inspect(place: ModelPlace): Promise<ModelFacts>;
  /** Loads a model in place of the one in use; TensorFlow.js takes those that were not exported. */
  loadTokenizer(
    request: LoadRequest,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<Loaded<TokenizerFacts>>;
  loadGenerator(
    request: LoadRequest,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<Loaded<GeneratorFacts>>;
  /** Downloads the model of a folder where it is not kept yet, without loading it. */
  keepForLater(url: string): Promise<void>;
  /** Ends the loads that are under way; their calls fail. */
  cancelLoads(): void;
  /** The centre square of a picture at the model's size. */
  openPicture(file: Blob): Promise<PagePicture>;
  encode(picture: PagePicture): Promise<Int32Array>;
  /** Indices that give the picture back more exactly; {@link cancel} ends the search with what it has found. */
  refine(picture: PagePicture, onStep: (done: number, steps: number) => void): Promise<Int32Array>;
  /** One picture for each mask of latents: 1 keeps, 0 hides. */
  decode(indices: Int32Array, masks: readonly Uint8Array[]): Promise<PagePicture[]>;
  /** Pictures on the way from one to the other, at each share of the second. */
  blend(first: Int32Array, second: Int32Array, shares: readonly number[]): Promise<PagePicture[]>;
  generate(request: GenerateRequest, onStep: (step: GenerateStep) => void): Promise<'done' | 'cancelled'>;
  /** Times one picture by levels, then by passes of one latent each with the same network; keeps neither. */
  timePasses(label: number, guided: boolean, onProgress: (progress: TimingProgress) => void): Promise<void>;
  /** Stops what {@link generate}, {@link timePasses} or {@link refine} is doing. */
  cancel(): void;
  /** How far the picture moves, 0 ... 1 as a mean over its pixels and channels, without each of these latents. */
  latentEffects(indices: Int32Array, latents: readonly number[]): Promise<Float32Array>;
  attention(picture: PagePicture, layer: number, head: number): Promise<AttentionMaps>;
  codebookMap(columns: number): Promise<CodebookMap>;
  /** What each code decodes to as the only latent. */
  codePictures(codes: readonly number[]): Promise<PagePicture[]>;
  memory(): MemoryFacts;
  /** Resolves when the graphics card takes everything away, with the reason. */
  whenLost(): Promise<string>;
}
