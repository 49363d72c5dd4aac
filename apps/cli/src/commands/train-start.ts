import type { CommonOptions } from '../load-tokenizer';
import { UsageError } from '../usage-error';

export interface TrainOptions extends CommonOptions {
  readonly config?: string;
  /** A model to fine-tune, instead of a config. */
  readonly init?: string;
  /** What to fine-tune on, and where the run goes. */
  readonly data?: string;
  readonly out?: string;
  /** Tokenises the pictures that a generator is fine-tuned on. */
  readonly tokenizer?: string;
  /** A port, or `true` for the next free one. */
  readonly dashboard?: string | true;
}

/** What `restok train` trains. */
export const trainedKinds = ['tokenizer', 'generator'] as const;

export type TrainedKind = (typeof trainedKinds)[number];

/** What a training starts from: a config, or a model to fine-tune. */
export type TrainingStart =
  | { readonly config: string }
  | { readonly init: string; readonly data: string; readonly out?: string; readonly tokenizer?: string };

/** @throws UsageError when the options do not say what to start from, or say two things. */
export function startOf(kind: TrainedKind, options: TrainOptions): TrainingStart {
  const { config, init, data, out, tokenizer } = options;
  const needed = `Write restok train ${kind} --config <file>, or --init <model> --data <folder>.`;
  if (config !== undefined) {
    const more = Object.entries({ init, data, out, tokenizer }).find(([, value]) => value !== undefined);
    if (more !== undefined) {
      throw new UsageError(`restok train: a config has its own keys for what --${more[0]} says. ${needed}`);
    }
    return { config };
  }
  if (init === undefined || data === undefined) {
    throw new UsageError(
      `restok train: ${init === undefined ? 'nothing says what to train' : '--init needs --data'}. ${needed}`,
    );
  }
  if (tokenizer !== undefined && kind === 'tokenizer') {
    throw new UsageError('restok train: --tokenizer is for generators. Pass the model as --init alone.');
  }
  return { init, data, out, tokenizer };
}
