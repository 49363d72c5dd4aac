import { memory } from '@tensorflow/tfjs-core';
import { openModel } from '@restok/hub';
import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import type {
  EngineApi,
  ModelPlace,
  NamedFile,
  DownloadProgress,
  TokenizerFacts,
} from '../engine/engine-api';
import { chooseBackend, whenBackendIsLost } from './backend';
import { openFiles } from './blob-files';
import { codebookMap } from './codebook-map';
import { downloadFolder } from './download';
import { generatePictures, generatorFacts } from './generator-engine';
import { attentionMaps } from './attention-maps';
import { modelFacts } from './model-facts';
import { timePasses } from './time-passes';
import { openPicture } from './open-picture';
import {
  decodeBlends,
  decodeMasked,
  decodeSingleCodes,
  encodePicture,
  sideOf,
  tokenizerFacts,
} from './tokenizer-engine';
import { unpack } from './unpack';

type OnProgress = (progress: DownloadProgress) => void;

/** The models that are loaded, and all that the page asks of them. */
export class Engine implements EngineApi {
  private tokenizer: ResTok | undefined;
  private generator: Generator | undefined;
  /** Counts calls of cancel, so that a task sees whether one came after its start. */
  private cancellations = 0;

  constructor(private readonly wantedBackend: string | undefined) {}

  start(): ReturnType<EngineApi['start']> {
    return chooseBackend(this.wantedBackend);
  }

  async inspect(place: ModelPlace): ReturnType<EngineApi['inspect']> {
    const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
    const device = {
      gib: 'deviceMemory' in navigator ? Number(navigator.deviceMemory) : undefined,
      freeStorage: usage !== undefined && quota !== undefined ? quota - usage : undefined,
    };
    if (place.kind === 'url') {
      const model = await openModel(place.url);
      try {
        return modelFacts(model.config, model.weights, device);
      } finally {
        await model.close();
      }
    }
    const { config, weights } = await openFiles(await unpack(place.files));
    return modelFacts(config, weights, { ...device, freeStorage: undefined });
  }

  async loadTokenizer(place: ModelPlace, onProgress: OnProgress): Promise<TokenizerFacts> {
    const { config, weights } = await openFiles(await filesOf(place, onProgress));
    const loaded = await ResTok.fromWeights(config, weights);
    this.tokenizer?.dispose();
    this.tokenizer = loaded;
    return tokenizerFacts(loaded);
  }

  async loadGenerator(place: ModelPlace, onProgress: OnProgress): ReturnType<EngineApi['loadGenerator']> {
    const { config, weights } = await openFiles(await filesOf(place, onProgress));
    const loaded = await Generator.fromWeights(config, weights);
    this.generator?.dispose();
    this.generator = loaded;
    return generatorFacts(loaded);
  }

  openPicture(file: Blob): ReturnType<EngineApi['openPicture']> {
    return openPicture(file, sideOf(this.needTokenizer()));
  }

  encode(...[picture]: Parameters<EngineApi['encode']>): Promise<Int32Array> {
    return encodePicture(this.needTokenizer(), picture);
  }

  decode(...[indices, masks]: Parameters<EngineApi['decode']>): ReturnType<EngineApi['decode']> {
    return decodeMasked(this.needTokenizer(), indices, masks);
  }

  blend(...[first, second, shares]: Parameters<EngineApi['blend']>): ReturnType<EngineApi['blend']> {
    return decodeBlends(this.needTokenizer(), [first, second], shares);
  }

  generate(...[request, onStep]: Parameters<EngineApi['generate']>): ReturnType<EngineApi['generate']> {
    const models = { generator: this.needGenerator(), tokenizer: this.needTokenizer() };
    return generatePictures(models, request, this.cancellationCheck(), onStep);
  }

  timePasses(
    ...[label, guided, onProgress]: Parameters<EngineApi['timePasses']>
  ): ReturnType<EngineApi['timePasses']> {
    return timePasses(this.needGenerator(), {
      label,
      guided,
      isCancelled: this.cancellationCheck(),
      onProgress,
    });
  }

  cancel(): void {
    this.cancellations += 1;
  }

  attention(
    ...[picture, layer, head]: Parameters<EngineApi['attention']>
  ): ReturnType<EngineApi['attention']> {
    return attentionMaps(this.needTokenizer(), picture, { layer, head });
  }

  codebookMap(columns: number): ReturnType<EngineApi['codebookMap']> {
    return codebookMap(this.needTokenizer(), columns);
  }

  codePictures(codes: readonly number[]): ReturnType<EngineApi['codePictures']> {
    return decodeSingleCodes(this.needTokenizer(), codes);
  }

  memory(): ReturnType<EngineApi['memory']> {
    const { numTensors, numBytes } = memory();
    return { numTensors, numBytes };
  }

  whenLost(): Promise<string> {
    return whenBackendIsLost();
  }

  private cancellationCheck(): () => boolean {
    const atStart = this.cancellations;
    return () => this.cancellations !== atStart;
  }

  private needTokenizer(): ResTok {
    if (this.tokenizer === undefined) {
      throw new Error('No tokenizer is loaded. Choose one under Models.');
    }
    return this.tokenizer;
  }

  private needGenerator(): Generator {
    if (this.generator === undefined) {
      throw new Error('No generator is loaded. Choose one under Models.');
    }
    return this.generator;
  }
}

async function filesOf(place: ModelPlace, onProgress: OnProgress): Promise<NamedFile[]> {
  return place.kind === 'url' ? downloadFolder(place.url, onProgress) : unpack(place.files);
}
