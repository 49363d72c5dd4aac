import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { add, dispose, mul, tidy } from '@tensorflow/tfjs-core';
import type { TokenizerPass } from '@restok/tokenizer';
import { augmentPictures } from '../augmentation/augment-pictures';
import { drawAugmentation } from '../augmentation/augmentation';
import type { Discriminator } from '../discriminators/discriminator';
import type { Draws } from '../draws';
import type { FeatureProvider, PictureBatch, PictureFeatures } from '../feature-providers/feature-provider';
import type { Lpips } from '../perceptual/lpips';
import type { PerceptualJitter } from '../perceptual/perceptual-jitter';
import { drawPerceptualJitter, jitterPictures } from '../perceptual/perceptual-jitter';
import { stepwiseMean } from '../stepwise-mean';
import type { SupervisedTokenizer } from '../supervised-tokenizer';
import type { ReconstructionLossName } from '../tokenizer-loss';
import { tokenizerLoss } from '../tokenizer-loss';
import { generatorAdversarialLoss } from './adversarial-losses';
import { cosineMarginLoss, cosineSimilarity } from './alignment-loss';

/** Networks that losses look through; a loss whose network is absent is off. */
export interface LossNetworks {
  readonly perceptual?: Lpips;
  readonly discriminator?: Discriminator;
  readonly features?: FeatureProvider;
}

/** Weights and settings of the terms. */
export interface ObjectiveOptions {
  readonly reconstructionLoss: ReconstructionLossName;
  readonly reconstructionLossWeight: number;
  readonly quantizerLossWeight: number;
  readonly perceptualLossWeight: number;
  /** Of the generator's adversarial term, the factor that switches it included. */
  readonly adversarialLossWeight: number;
  readonly alignmentLossWeight: number;
  readonly cosineMargin: number;
}

/** What a step compares with, computed before it and not differentiated. */
export interface StepTargets {
  readonly jitter?: PerceptualJitter;
  readonly perceptualFeatures?: readonly Tensor4D[];
  readonly features?: PictureFeatures;
}

/** Terms that only some recipes have. */
export const optionalTerms = [
  'perceptualLoss',
  'adversarialLoss',
  'alignmentLoss',
  'classCosine',
  'patchCosine',
] as const;

export type OptionalTerm = (typeof optionalTerms)[number];

/** The whole loss of a step and its terms, unweighted but for those of the quantiser; owned by the caller. */
export type ObjectiveValue = {
  readonly total: Scalar;
  readonly reconstructionLoss: Scalar;
} & Partial<Record<OptionalTerm, Scalar>>;

/**
 * The loss that a tokenizer is trained with: reconstruction, quantiser, perceptual, adversarial and alignment terms.
 *
 * @source method.md, section 8.
 */
export class TokenizerObjective {
  /** @param networks owned by the caller. */
  constructor(
    private readonly options: ObjectiveOptions,
    private readonly networks: LossNetworks,
  ) {}

  /** Computes what a step compares with; give it to {@link disposeTargets} afterwards. */
  async prepare(batch: PictureBatch, draws: Draws): Promise<StepTargets> {
    const { perceptual, features } = this.networks;
    const jitter = perceptual === undefined ? undefined : drawPerceptualJitter(draws);
    return {
      jitter,
      perceptualFeatures:
        jitter === undefined
          ? undefined
          : tidy(() => perceptual!.features(jitterPictures(batch.pixels, jitter))),
      features: await features?.features(batch),
    };
  }

  /**
   * The loss of a generator step.
   *
   * @param pass of these pixels, with the second stream where the tokenizer has one.
   * @param step `targets` from {@link prepare}; `isAdversarial` switches the adversarial term; `draws` are those of
   *   the augmentation; `quantizerLossWeight` replaces that of the options.
   */
  value(
    tokenizer: SupervisedTokenizer,
    pass: TokenizerPass,
    pixels: Tensor4D,
    step: {
      readonly targets: StepTargets;
      readonly isAdversarial: boolean;
      readonly draws: Draws;
      readonly quantizerLossWeight?: number;
    },
  ): ObjectiveValue {
    const { options } = this;
    return tidy(() => {
      const plain = tokenizerLoss(pass, pixels, {
        ...options,
        quantizerLossWeight: step.quantizerLossWeight ?? options.quantizerLossWeight,
      });
      const terms: Partial<Record<OptionalTerm, Scalar>> = {
        perceptualLoss: this.perceptual(pass.reconstruction, step.targets),
        adversarialLoss: step.isAdversarial ? this.adversarial(pass.reconstruction, step.draws) : undefined,
        ...this.alignment(tokenizer, pass, step.targets.features),
      };
      const weights: Partial<Record<OptionalTerm, number>> = {
        perceptualLoss: options.perceptualLossWeight,
        adversarialLoss: options.adversarialLossWeight,
        alignmentLoss: options.alignmentLossWeight,
      };
      let { total } = plain;
      for (const [name, weight] of Object.entries(weights)) {
        const term = terms[name as OptionalTerm];
        total = term === undefined ? total : add(total, mul(term, weight));
      }
      const present = Object.entries(terms).filter(([, term]) => term !== undefined);
      return { total, reconstructionLoss: plain.reconstructionLoss, ...Object.fromEntries(present) };
    });
  }

  private perceptual(reconstruction: Tensor4D, targets: StepTargets): Scalar | undefined {
    const { perceptual } = this.networks;
    if (perceptual === undefined) {
      return undefined;
    }
    const features = perceptual.features(jitterPictures(reconstruction, targets.jitter!));
    return perceptual.meanDistance(features, targets.perceptualFeatures!);
  }

  private adversarial(reconstruction: Tensor4D, draws: Draws): Scalar | undefined {
    const { discriminator } = this.networks;
    if (discriminator === undefined) {
      return undefined;
    }
    discriminator.beforeForward();
    return generatorAdversarialLoss(discriminator.logits(viewOf(discriminator, reconstruction, draws)));
  }

  private alignment(
    tokenizer: SupervisedTokenizer,
    pass: TokenizerPass,
    features: PictureFeatures | undefined,
  ): Partial<Record<OptionalTerm, Scalar>> {
    if (features === undefined) {
      return {};
    }
    const margin = this.options.cosineMargin;
    const ofClass = tokenizer.classFeatureOf(pass.imageTokens[0]!);
    const ofPatches = pass.featureStream && tokenizer.patchFeaturesOf(pass.featureStream);
    const classCosines = ofClass && cosineSimilarity(ofClass, features.classFeature);
    const patchCosines = ofPatches && cosineSimilarity(ofPatches, features.patchFeatures);
    const losses = [classCosines, patchCosines].flatMap((cosines) =>
      cosines === undefined ? [] : [cosineMarginLoss(cosines, margin)],
    );
    return {
      alignmentLoss: losses.length === 0 ? undefined : losses.reduce((sum, loss) => add(sum, loss)),
      classCosine: classCosines && stepwiseMean(classCosines),
      patchCosine: patchCosines && stepwiseMean(patchCosines),
    };
  }
}

/** What a discriminator sees of pictures, augmented at random where it asks for that. */
export function viewOf(
  discriminator: Discriminator,
  pixels: Tensor4D,
  draws: Draws,
): ReturnType<Discriminator['view']> {
  return tidy(() => {
    const seen = discriminator.augments
      ? augmentPictures(pixels, drawAugmentation(pixels.shape, draws))
      : pixels;
    return discriminator.view(seen, draws);
  });
}

/** Frees what {@link TokenizerObjective.prepare} made. */
export function disposeTargets({ perceptualFeatures, features }: StepTargets): void {
  dispose([...(perceptualFeatures ?? [])]);
  features?.classFeature.dispose();
  features?.patchFeatures.dispose();
}
