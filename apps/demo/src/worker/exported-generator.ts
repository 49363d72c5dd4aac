import type { GenerateOptions, GenerationStep, GeneratorArchitecture, PassRunner } from '@restok/generator';
import { Generator, generatorArchitecture } from '@restok/generator';
import type { OnnxGenerator } from '@restok/onnx/browser';
import type { GeneratorFacts, OnnxProvider } from '../engine/engine-api';
import { generatorPictureBytes } from './largest-activation';
import type { ModelFolder, OnProgress } from './model-folder';
import { loadOnnxRuntime } from './onnx-runtime';
import type { PageGenerator } from './page-generator';
import { generatorFacts } from './page-generator';

/** A generator that ONNX Runtime runs. */
export class ExportedGenerator implements PageGenerator {
  readonly facts: GeneratorFacts;
  readonly architecture: GeneratorArchitecture;
  readonly pictureBytes: number;

  private constructor(
    private readonly graph: OnnxGenerator,
    provider: OnnxProvider,
  ) {
    this.architecture = generatorArchitecture(graph.config, graph.isHar);
    this.pictureBytes = generatorPictureBytes(this.architecture);
    const outline = new Generator(graph.config, { har: graph.isHar });
    this.facts = generatorFacts(outline, { engine: 'onnx', provider, isExported: true });
    outline.dispose();
  }

  /** Loads the graph. */
  static async load(folder: ModelFolder, onProgress: OnProgress): Promise<ExportedGenerator> {
    const { classes, provider, providers } = await loadOnnxRuntime();
    const readFile = (name: string): Promise<Uint8Array | undefined> => folder.read(name, onProgress);
    const graph = await classes.OnnxGenerator.load(folder.name, { providers, readFile });
    return new ExportedGenerator(graph, provider);
  }

  generate(labels: readonly number[], options: GenerateOptions): AsyncGenerator<GenerationStep> {
    return this.graph.generate(labels, options);
  }

  openPasses(batch: number): PassRunner {
    return this.graph.openPasses(batch);
  }

  dispose(): Promise<void> {
    return this.graph.dispose();
  }
}
