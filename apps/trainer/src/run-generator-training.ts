import type { ConfigTree } from '@restok/core';
import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import type {
  GeneratorEvaluation,
  GeneratorPart,
  GeneratorPartResult,
  GeneratorStepReport,
  GeneratorTrainingConfig,
} from '@restok/training';
import { evaluateGenerator, GeneratorTrainer, parseGeneratorTrainingConfig } from '@restok/training';
import { writeGeneratedGrid } from './generated-grid';
import type { OpenGeneratorData } from './open-generator-data';
import { openGeneratorData } from './open-generator-data';
import { prepareProcesses, startHelper } from './training-processes';
import type { RunObserver } from './run-observer';
import type { TrainingResult, TrainingTask } from './training-run';
import { runTask } from './training-run';
import { generatorCodec } from './worker-protocol';

/** What a run tells whoever watches it. */
export type GeneratorTrainingObserver = RunObserver<GeneratorStepReport, GeneratorEvaluation>;

export interface RunGeneratorTrainingOptions {
  readonly observer?: GeneratorTrainingObserver;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
}

/** Pictures of an evaluation during training. */
const EVALUATION_PICTURES = 1024;

/**
 * Trains a generator as a config says, resuming from its newest checkpoint that is whole; see {@link runTask}.
 * A new run starts from the model folder `experiment.init_weight` where that is given. Samples are drawn when
 * `experiment.tokenizer_checkpoint` names the tokenizer that decodes them.
 *
 * @param raw parsed and interpolated config.
 * @throws ConfigError for an invalid config or codes that do not fit, NonFiniteError when training diverges,
 *   CheckpointError when a checkpoint cannot be written or none can be read; the last good checkpoint stays.
 */
export async function runGeneratorTraining(
  raw: ConfigTree,
  options: RunGeneratorTrainingOptions = {},
): Promise<TrainingResult> {
  const config = parseGeneratorTrainingConfig(raw);
  const processes = await prepareProcesses(config.training);
  const used: { dispose(): void }[] = [];
  try {
    const train = await openGeneratorData(config, 'train');
    used.push(train);
    const test = await openGeneratorData(config, 'test');
    used.push(test);
    const tokenizer = await openTokenizer(config);
    used.push(...(tokenizer === undefined ? [] : [tokenizer]));
    const helper = await startHelper<GeneratorPart, GeneratorPartResult>(
      { kind: 'generator', config },
      generatorCodec,
      processes,
      () => new Generator(config.generator),
    );
    used.push({ dispose: () => helper?.stop() });
    const trainer = new GeneratorTrainer(config, train.data, helper);
    used.push(trainer);
    return await runTask(generatorTask(config, trainer, { train, test }, tokenizer), {
      observer: options.observer ?? {},
      resources: { backend: processes.backend, workers: helper?.processIds ?? [] },
      signal: options.signal,
    });
  } finally {
    used.reverse().forEach((each) => each.dispose());
  }
}

async function openTokenizer({ experiment }: GeneratorTrainingConfig): Promise<ResTok | undefined> {
  const source = experiment.tokenizer_checkpoint ?? '';
  return source === '' ? undefined : ResTok.fromPretrained(source);
}

function generatorTask(
  config: GeneratorTrainingConfig,
  trainer: GeneratorTrainer,
  { train, test }: Readonly<Record<'train' | 'test', OpenGeneratorData>>,
  tokenizer: ResTok | undefined,
): TrainingTask<GeneratorStepReport, GeneratorEvaluation> {
  const { model: generator } = trainer;
  return {
    config,
    trainer,
    data: train.watch,
    prepare: async () => {
      const source = config.experiment.init_weight ?? '';
      if (source !== '') {
        const initial = await Generator.fromPretrained(source);
        trainer.startFrom(initial);
        initial.dispose();
      }
    },
    evaluate: () =>
      evaluateGenerator(generator, test.data, { batchSize: 64, maxPictures: EVALUATION_PICTURES }),
    writeSamples: async (path) => {
      if (tokenizer !== undefined) {
        await writeGeneratedGrid(path, generator, tokenizer, {
          numClasses: config.training.num_generated_images,
        });
      }
    },
  };
}
