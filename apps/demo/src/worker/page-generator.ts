import type {
  GenerateOptions,
  GenerationStep,
  Generator,
  GeneratorArchitecture,
  PassRunner,
} from '@restok/generator';
import { generatorArchitecture, possibleStarts } from '@restok/generator';
import type { EngineFacts, GeneratorFacts } from '../engine/engine-api';
import { generatorPictureBytes } from './largest-activation';

/** A generator as the page uses it, whatever runs it. */
export interface PageGenerator {
  readonly facts: GeneratorFacts;
  readonly architecture: GeneratorArchitecture;
  /** Bytes of the largest activation of one picture. */
  readonly pictureBytes: number;
  generate(labels: readonly number[], options: GenerateOptions): AsyncGenerator<GenerationStep>;
  /** Runs segments one after the other, with a cache that is made now. */
  openPasses(batch: number): PassRunner;
  dispose(): Promise<void>;
}

/** What the page needs to know about a generator; it may be without weights. */
export function generatorFacts(generator: Generator, engine: EngineFacts): GeneratorFacts {
  const { config, isHar, numParameters } = generator;
  const { layout } = generatorArchitecture(config, isHar);
  return {
    ...engine,
    classNames: config.class_names ?? Array.from({ length: config.num_classes }, (_, i) => `class ${i}`),
    isHar,
    canGuide: generator.nullLabel !== undefined,
    numPasses: layout.passes.length,
    numParameters,
    possibleStarts: possibleStarts(layout),
  };
}

/** A generator that TensorFlow.js runs. */
export class TfjsGenerator implements PageGenerator {
  readonly facts: GeneratorFacts;
  readonly architecture: GeneratorArchitecture;
  readonly pictureBytes: number;

  /** Takes ownership of the model. */
  constructor(
    private readonly loaded: Generator,
    isExported: boolean,
  ) {
    this.facts = generatorFacts(loaded, { engine: 'tfjs', isExported });
    this.architecture = generatorArchitecture(loaded.config, loaded.isHar);
    this.pictureBytes = generatorPictureBytes(this.architecture);
  }

  generate(labels: readonly number[], options: GenerateOptions): AsyncGenerator<GenerationStep> {
    return this.loaded.generate(labels, options);
  }

  openPasses(batch: number): PassRunner {
    return this.loaded.openPasses(batch);
  }

  dispose(): Promise<void> {
    this.loaded.dispose();
    return Promise.resolve();
  }
}
