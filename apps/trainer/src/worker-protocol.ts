import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import type { GemmChoice } from '@restok/backend-node';
import type {
  GeneratorPartResult,
  GeneratorTerms,
  GeneratorTrainingConfig,
  LossTerms,
  PartResult,
  TokenizerTrainingConfig,
} from '@restok/training';

/** What is trained, and how. */
export type TrainingJob =
  | { readonly kind: 'tokenizer'; readonly config: TokenizerTrainingConfig }
  | { readonly kind: 'generator'; readonly config: GeneratorTrainingConfig };

/** What a worker is told first. */
export interface WorkerSetup {
  readonly job: TrainingJob;
  readonly gemm: GemmChoice;
  /** Removed by a worker whose parent is gone. */
  readonly folder: string;
  /** Where it finds parameters, in the order of the model. */
  readonly parameterFile: string;
  /** Where it puts gradients of what is trained, in the same order, and behind them further tensors. */
  readonly gradientFile: string;
}

/** What a worker is asked; the parameters are in its file already. */
export interface WorkerRequest {
  readonly part: object;
  /** Counts the times that the parameters were written. */
  readonly version: number;
}

/** What a worker answers; the tensors are in its file. */
export interface WorkerAnswer {
  readonly message: object;
  /** Shapes of the tensors behind the gradients. */
  readonly shapes: readonly (readonly number[])[];
}

/** How the result of a part is taken apart and put together again. */
export interface PartCodec<Result> {
  /** Tensors beyond the gradients, and what goes as a message. */
  pack(result: Result): { readonly tensors: readonly Tensor[]; readonly message: object };
  unpack(gradients: Tensor[], tensors: readonly Tensor[], message: object): Result;
}

export const tokenizerCodec: PartCodec<PartResult> = {
  pack: ({ latents, terms, indices }) => ({ tensors: [latents], message: { terms, indices } }),
  unpack: (gradients, [latents], message) => {
    const { terms, indices } = message as { terms: LossTerms; indices: Int32Array };
    return { gradients, latents: latents as Tensor3D, terms, indices };
  },
};

export const generatorCodec: PartCodec<GeneratorPartResult> = {
  pack: ({ terms }) => ({ tensors: [], message: { terms } }),
  unpack: (gradients, _, message) => {
    const { terms } = message as { terms: GeneratorTerms };
    return { gradients, terms };
  },
};
