import { z } from 'zod';
import type { ConfigTree, TokenizerConfig } from '@restok/core';
import { ConfigError, parseTokenizerConfig } from '@restok/core';
import { alignmentProblems, lossesSection, lossProblems, perceptualProblems } from './losses-section';
import {
  experimentSection,
  optimizerSection,
  pictureParams,
  preprocessingSection,
  schedulerSection,
  trainingSection,
} from './training-sections';
import { isTrained } from './trained-parameters';

const trainingConfig = z
  .object({
    experiment: experimentSection,
    losses: lossesSection.default(lossesSection.parse({})),
    dataset: z
      .object({
        params: pictureParams.extend({ train_shards_path_or_url: z.string() }),
        preprocessing: preprocessingSection,
      })
      .loose(),
    optimizer: optimizerSection(1e-4),
    lr_scheduler: schedulerSection,
    training: trainingSection.extend({
      // Ours, absent from published files.
      unquantized_steps: z.number().int().nonnegative().default(0),
      output_bias_from_data: z.boolean().default(false),
      code_revival_steps: z.number().int().nonnegative().default(0),
    }),
  })
  .loose();

/** A checked training config: the published form and a few keys of our own under `training`. */
export type TokenizerTrainingConfig = z.infer<typeof trainingConfig> & {
  readonly tokenizer: TokenizerConfig;
};

/**
 * Checks a training config in the authors' form.
 *
 * @param raw parsed and interpolated.
 * @throws ConfigError listing every wrong value, and everything that this version cannot train, with the
 *   override that switches it off.
 */
export function parseTokenizerTrainingConfig(raw: ConfigTree): TokenizerTrainingConfig {
  const parsed = trainingConfig.safeParse(raw);
  const problems = parsed.success
    ? lossProblems(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  let tokenizer: TokenizerConfig | undefined;
  try {
    tokenizer = parseTokenizerConfig(raw);
    problems.push(
      ...untrainableParts(tokenizer, parsed.data),
      ...movesOfFixedCodes(tokenizer, parsed.data),
      ...movesOfFrozenParts(parsed.data),
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    problems.push(...error.problems);
  }
  if (!parsed.success || tokenizer === undefined || problems.length > 0) {
    throw new ConfigError(
      `parseTokenizerTrainingConfig: ${problems.join('; ')}. Correct the config.`,
      problems,
    );
  }
  return { ...parsed.data, tokenizer };
}

type CheckedTrainingConfig = z.infer<typeof trainingConfig>;

function untrainableParts(tokenizer: TokenizerConfig, config: CheckedTrainingConfig | undefined): string[] {
  const model = tokenizer.model.vq_model;
  const problems: string[] = [];
  if (config !== undefined) {
    problems.push(...perceptualProblems(config, tokenizer), ...alignmentProblems(config, tokenizer));
  }
  if (model.clustering_vq) {
    problems.push(
      'training does not move codes by clustering_vq; add model.vq_model.clustering_vq=False, for instance with training.code_revival_steps=100',
    );
  }
  return problems;
}

/** What the training would do to a codebook, where the quantiser has none. */
function movesOfFixedCodes(tokenizer: TokenizerConfig, config: CheckedTrainingConfig | undefined): string[] {
  if (tokenizer.model.vq_model.quantizer !== 'fsq' || config === undefined) {
    return [];
  }
  const problems: string[] = [];
  if (config.training.unquantized_steps > 0) {
    problems.push(
      'quantizer fsq has fixed codes, which cannot be drawn from the latents of the first steps; add training.unquantized_steps=0',
    );
  }
  if (config.training.code_revival_steps > 0) {
    problems.push(
      'quantizer fsq has fixed codes, which cannot be revived; add training.code_revival_steps=0',
    );
  }
  return problems;
}

/** What the training would change of parts that `training.train_only` leaves as they are. */
function movesOfFrozenParts(config: CheckedTrainingConfig | undefined): string[] {
  if (config === undefined) {
    return [];
  }
  const { training } = config;
  const problems: string[] = [];
  const codebook = 'quantize.embedding.weight';
  if (!isTrained(codebook, training.train_only)) {
    for (const key of ['unquantized_steps', 'code_revival_steps'] as const) {
      if (training[key] > 0) {
        problems.push(
          `training.train_only leaves out quantize, whose codes training.${key} would change; add training.${key}=0`,
        );
      }
    }
  }
  if (training.output_bias_from_data && !isTrained('pixel_decoder.conv_out.bias', training.train_only)) {
    problems.push(
      'training.train_only leaves out pixel_decoder, whose bias training.output_bias_from_data would change; add training.output_bias_from_data=False',
    );
  }
  return problems;
}
