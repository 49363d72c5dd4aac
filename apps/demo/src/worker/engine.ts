import { memory } from '@tensorflow/tfjs-core';
import type { EngineApi, Loaded, LoadRequest, ModelPlace } from '../engine/engine-api';
import { chooseBackend, whenBackendIsLost } from './backend';
import { codebookMap } from './codebook-map';
import { FolderAtUrl } from './folder-at-url';
import { generatePictures } from './generator-engine';
import { inspectModel } from './inspect-model';
import { attentionMaps } from './attention-maps';
import { latentEffects } from './latent-effects';
import { loadGenerator, loadTokenizer } from './load-models';
import type { ModelFolder, OnProgress } from './model-folder';
import { openFolder } from './model-folder';
import { refinePicture } from './refine-picture';
import { timePasses } from './time-passes';
import { openPicture } from './open-picture';
import type { PageGenerator } from './page-generator';
import type { PageTokenizer } from './page-tokenizer';
import { decodeBlends, decodeMasked, decodeSingleCodes, encodePicture } from './tokenizer-engine';

/** The models that are loaded, and all that the page asks of them. */
export class Engine implements EngineApi {
  private tokenizer: PageTokenizer | undefined;
  private generator: PageGenerator | undefined;
  /** What is being computed. */
  private readonly running = new Set<Promise<unknown>>();
  /** Counts calls of cancel, so that a task sees whether one came after its start. */
  private cancellations = 0;
  /** Of models that are being loaded. */
  private readonly loads = new Set<AbortController>();

  constructor(private readonly wantedBackend: string | undefined) {}

  start(): ReturnType<EngineApi['start']> {
    return chooseBackend(this.wantedBackend);
  }

  inspect(place: ModelPlace): ReturnType<EngineApi['inspect']> {
    return inspectModel(place);
  }

  async loadTokenizer(request: LoadRequest, onProgress: OnProgress): ReturnType<EngineApi['loadTokenizer']> {
    const { model, storage } = await this.load(request, (folder) =>
      loadTokenizer(folder, request.engine, onProgress),
    );
    this.retire(this.tokenizer);
    this.tokenizer = model;
    return { facts: model.facts, storage };
  }

  async loadGenerator(request: LoadRequest, onProgress: OnProgress): ReturnType<EngineApi['loadGenerator']> {
    const { model, storage } = await this.load(request, (folder) =>
      loadGenerator(folder, request.engine, onProgress),
    );
    this.retire(this.generator);
    this.generator = model;
    return { facts: model.facts, storage };
  }

  async keepForLater(url: string): Promise<void> {
    const model = await (await FolderAtUrl.open(url)).open(() => undefined);
    await model.close();
  }

  cancelLoads(): void {
    this.loads.forEach((load) => load.abort(new Error('The download was cancelled.')));
  }

  openPicture(file: Blob): ReturnType<EngineApi['openPicture']> {
    return openPicture(file, this.needTokenizer().facts.side);
  }

  encode(...[picture]: Parameters<EngineApi['encode']>): Promise<Int32Array> {
    return this.track(encodePicture(this.needTokenizer(), picture));
  }

  refine(...[picture, onStep]: Parameters<EngineApi['refine']>): ReturnType<EngineApi['refine']> {
    const search = { isCancelled: this.cancellationCheck(), onStep };
    return this.track(refinePicture(this.needTokenizer(), picture, search));
  }

  decode(...[indices, masks]: Parameters<EngineApi['decode']>): ReturnType<EngineApi['decode']> {
    return this.track(decodeMasked(this.needTokenizer(), indices, masks));
  }

  blend(...[first, second, shares]: Parameters<EngineApi['blend']>): ReturnType<EngineApi['blend']> {
    return this.track(decodeBlends(this.needTokenizer(), [first, second], shares));
  }

  generate(...[request, onStep]: Parameters<EngineApi['generate']>): ReturnType<EngineApi['generate']> {
    const models = { generator: this.needGenerator(), tokenizer: this.needTokenizer() };
    return this.track(generatePictures(models, request, this.cancellationCheck(), onStep));
  }

  timePasses(
    ...[label, guided, onProgress]: Parameters<EngineApi['timePasses']>
  ): ReturnType<EngineApi['timePasses']> {
    return this.track(
      timePasses(this.needGenerator(), {
        label,
        guided,
        isCancelled: this.cancellationCheck(),
        onProgress,
      }),
    );
  }

  cancel(): void {
    this.cancellations += 1;
  }

  latentEffects(
    ...[indices, latents]: Parameters<EngineApi['latentEffects']>
  ): ReturnType<EngineApi['latentEffects']> {
    return this.track(latentEffects(this.needTokenizer(), indices, latents));
  }

  attention(
    ...[picture, layer, head]: Parameters<EngineApi['attention']>
  ): ReturnType<EngineApi['attention']> {
    const model = this.needTokenizer().model();
    return this.track(model.then((loaded) => attentionMaps(loaded, picture, { layer, head })));
  }

  codebookMap(columns: number): ReturnType<EngineApi['codebookMap']> {
    const model = this.needTokenizer().model();
    return this.track(model.then((loaded) => codebookMap(loaded, columns)));
  }

  codePictures(codes: readonly number[]): ReturnType<EngineApi['codePictures']> {
    return this.track(decodeSingleCodes(this.needTokenizer(), codes));
  }

  memory(): ReturnType<EngineApi['memory']> {
    const { numTensors, numBytes } = memory();
    return { numTensors, numBytes };
  }

  whenLost(): Promise<string> {
    return whenBackendIsLost();
  }

  /** Loads a model so that {@link cancelLoads} ends it at any moment. */
  private async load<Model extends { dispose(): Promise<void> }>(
    { place }: LoadRequest,
    build: (folder: ModelFolder) => Promise<Model>,
  ): Promise<{ model: Model; storage: Loaded<unknown>['storage'] }> {
    const load = new AbortController();
    this.loads.add(load);
    try {
      const folder = await openFolder(place, load.signal);
      const model = await build(folder);
      if (load.signal.aborted) {
        await model.dispose();
        load.signal.throwIfAborted();
      }
      return { model, storage: folder.storage };
    } finally {
      this.loads.delete(load);
    }
  }

  private cancellationCheck(): () => boolean {
    const atStart = this.cancellations;
    return () => this.cancellations !== atStart;
  }

  private track<Result>(task: Promise<Result>): Promise<Result> {
    const end = (): boolean => this.running.delete(task);
    this.running.add(task);
    task.then(end, end);
    return task;
  }

  /** Frees a model that was replaced as soon as nothing computes with it. */
  private retire(model: PageTokenizer | PageGenerator | undefined): void {
    void Promise.allSettled(this.running).then(() => model?.dispose());
  }

  private needTokenizer(): PageTokenizer {
    if (this.tokenizer === undefined) {
      throw new Error('No tokenizer is loaded. Choose one under Models.');
    }
    return this.tokenizer;
  }

  private needGenerator(): PageGenerator {
    if (this.generator === undefined) {
      throw new Error('No generator is loaded. Choose one under Models.');
    }
    return this.generator;
  }
}
