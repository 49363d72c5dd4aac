import type { ConfigTree, GeneratorConfig } from '@restok/core';
import { ConfigError, parseGeneratorConfig } from '@restok/core';
import { z } from 'zod';
import {
  experimentSection,
  optimizerSection,
  pictureParams,
  preprocessingSection,
  schedulerSection,
  trainingSection,
} from './training-sections';

const trainingConfig = z
  .object({
    experiment: experimentSection.extend({
      /** A tokenizer's model folder: to tokenise pictures as they come, and to draw samples. */
      tokenizer_checkpoint: z.string().nullish(),
    }),
    dataset: z
      .object({
        // Pictures are tokenised as they come where there are no codes.
        params: pictureParams.extend({
          /** A folder of codes made by `restok extract`. */
          pretokenization: z.string().nullish(),
        }),
        preprocessing: preprocessingSection.default(preprocessingSection.parse({})),
      })
      .loose(),
    optimizer: optimizerSection(0.05),
    lr_scheduler: schedulerSection,
    training: trainingSection,
  })
  .loose();

/** A checked training config: the published form and a few keys of our own under `training`. */
export type GeneratorTrainingConfig = z.infer<typeof trainingConfig> & {
  readonly generator: GeneratorConfig;
};

/**
 * Checks a training config of a generator in the authors' form.
 *
 * @param raw parsed and interpolated; `model.generator` holds the generator's keys.
 * @throws ConfigError listing every wrong value and contradiction.
 */
export function parseGeneratorTrainingConfig(raw: ConfigTree): GeneratorTrainingConfig {
  const parsed = trainingConfig.safeParse(raw);
  const problems = parsed.success
    ? missingData(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  let generator: GeneratorConfig | undefined;
  try {
    generator = parseGeneratorConfig(raw);
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    problems.push(...error.problems);
  }
  if (!parsed.success || generator === undefined || problems.length > 0) {
    throw new ConfigError(
      `parseGeneratorTrainingConfig: ${problems.join('; ')}. Correct the config.`,
      problems,
    );
  }
  return { ...parsed.data, generator };
}

function missingData({ dataset, experiment }: z.infer<typeof trainingConfig>): string[] {
  const { pretokenization: codes, train_shards_path_or_url: pictures } = dataset.params;
  if (isGiven(codes)) {
    return [];
  }
  if (!isGiven(pictures)) {
    return [
      'dataset.params.pretokenization must name a folder of codes (make one with restok extract), or train_shards_path_or_url a folder or tar shards of pictures',
    ];
  }
  return isGiven(experiment.tokenizer_checkpoint)
    ? []
    : ['pictures are tokenised as they come: experiment.tokenizer_checkpoint must name a tokenizer'];
}

/** Whether a text is there and not empty. */
function isGiven(text: string | null | undefined): text is string {
  return text !== undefined && text !== null && text !== '';
}
