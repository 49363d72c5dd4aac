import { rmSync } from 'node:fs';
import type { Tensor } from '@tensorflow/tfjs-core';
import { useNodeBackend } from '@restok/backend-node';
import { Generator } from '@restok/generator';
import type { Module } from '@restok/ops';
import type { GeneratorPart, PartOfStep } from '@restok/training';
import {
  GeneratorPartGradients,
  openLossNetworks,
  PartGradients,
  SupervisedTokenizer,
} from '@restok/training';
import { openTokenizerData } from './open-dataset';
import { openGeneratorData } from './open-generator-data';
import { ValueFile } from './value-file';
import type { TrainingJob, WorkerAnswer, WorkerRequest, WorkerSetup } from './worker-protocol';
import { generatorCodec, tokenizerCodec } from './worker-protocol';

/** A model and how to compute a part of a step with it. */
interface Computation {
  readonly model: Module;
  compute(part: object): Promise<{
    readonly gradients: readonly Tensor[];
    readonly tensors: readonly Tensor[];
    readonly message: object;
  }>;
}

async function prepare(job: TrainingJob): Promise<Computation> {
  switch (job.kind) {
    case 'tokenizer': {
      const networks = await openLossNetworks(job.config);
      const featureWidth = networks.features?.width;
      const model = new SupervisedTokenizer(job.config.tokenizer, { seed: 0, featureWidth });
      const data = await openTokenizerData(job.config, 'train');
      const parts = new PartGradients(job.config, data, model, { networks });
      return {
        model,
        compute: async (part) => {
          const result = await parts.compute(part as PartOfStep);
          return { gradients: result.gradients, ...tokenizerCodec.pack(result) };
        },
      };
    }
    case 'generator': {
      const model = new Generator(job.config.generator, { seed: 0 });
      const { data } = await openGeneratorData(job.config, 'train');
      const parts = new GeneratorPartGradients(job.config, data, model);
      return {
        model,
        compute: async (part) => {
          const result = await parts.compute(part as GeneratorPart);
          return { gradients: result.gradients, ...generatorCodec.pack(result) };
        },
      };
    }
  }
}

/** A process that computes parts of training steps for its parent: parameters in, loss and gradients out. */
async function serve(setup: WorkerSetup): Promise<void> {
  await useNodeBackend({ gemm: setup.gemm, threads: 1 });
  const { model, compute } = await prepare(setup.job);
  const parameters = [...model.namedParameters()].map(([, parameter]) => parameter);
  const shapes = parameters.map(({ shape }) => shape);
  const parameterFile = new ValueFile(setup.parameterFile, 'read');
  const gradientFile = new ValueFile(setup.gradientFile, 'write');
  let current = 0;

  async function respond({ part, version }: WorkerRequest): Promise<void> {
    if (version !== current) {
      const values = parameterFile.read(shapes);
      parameters.forEach((parameter, i) => parameter.replace(values[i]!));
      current = version;
    }
    const { gradients, tensors, message } = await compute(part);
    gradientFile.write([...gradients, ...tensors]);
    const answer: WorkerAnswer = { message, shapes: tensors.map(({ shape }) => shape) };
    [...gradients, ...tensors].forEach((tensor) => tensor.dispose());
    say(answer);
  }

  process.on('message', (request: WorkerRequest) => {
    respond(request).catch(report);
  });
  say('ready');
}

/** The parent ends this process; an error that came with the end could be lost. */
function report(error: unknown): void {
  say({ error: error instanceof Error ? error.message : String(error) });
}

/** Tells the parent. Where it is gone this does nothing: the end of the channel, seen next, ends this process. */
function say(message: WorkerAnswer | { readonly error: string } | 'ready'): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

// Ctrl-C and a service manager's stop reach the whole group; the parent decides when to stop.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// Without a parent there is nobody to compute for, nor to tidy up.
let folder: string | undefined;
process.once('disconnect', () => {
  if (folder !== undefined) {
    rmSync(folder, { recursive: true, force: true });
  }
  process.exit();
});
process.once('message', (setup: WorkerSetup) => {
  folder = setup.folder;
  serve(setup).catch(report);
});
