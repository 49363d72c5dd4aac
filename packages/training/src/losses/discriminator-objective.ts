import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { add, dispose, keep, mul, tidy } from '@tensorflow/tfjs-core';
import type { Discriminator } from '../discriminators/discriminator';
import type { Draws } from '../draws';
import { scalarValues } from '../scalar-values';
import { stepwiseMean } from '../stepwise-mean';
import { valueAndGradients } from '../value-and-gradients';
import type { LogitAverages } from './adversarial-losses';
import { followLogits, hingeLoss, leCamLoss } from './adversarial-losses';
import { viewOf } from './tokenizer-objective';

/** Weights of the terms. */
export interface DiscriminatorObjectiveOptions {
  /** Of the hinge loss; 0 before the discriminator is trained. */
  readonly hingeLossWeight: number;
  /** 0 switches LeCam regularisation off. */
  readonly leCamWeight: number;
}

/** The terms of a discriminator step, each averaged over a batch. */
export interface DiscriminatorTerms {
  readonly discriminatorLoss: number;
  /** Mean logits. */
  readonly realLogit: number;
  readonly fakeLogit: number;
  /** Weighted. */
  readonly leCamLoss: number;
}

/** What a discriminator step gives. */
export interface DiscriminatorStep {
  readonly terms: DiscriminatorTerms;
  /** One for each trained parameter, in order; owned by the caller. */
  readonly gradients: Tensor[];
  /** The averages after this step. */
  readonly averages: LogitAverages;
}

/**
 * Loss and gradients of a discriminator that tells pictures from reconstructions. Nothing is differentiated but the
 * discriminator's trained layers; each of the two forward passes comes after a power iteration.
 *
 * @param pixels `[B, H, W, 3]`.
 * @param reconstruction of the same pictures.
 * @param step `averages` from before it; `draws` are taken for the pictures first.
 * @source method.md, section 8 and appendix A.
 */
export async function discriminatorStep(
  discriminator: Discriminator,
  pixels: Tensor4D,
  reconstruction: Tensor4D,
  step: DiscriminatorObjectiveOptions & { readonly averages: LogitAverages; readonly draws: Draws },
): Promise<DiscriminatorStep> {
  const realView = viewOf(discriminator, pixels, step.draws);
  const fakeView = viewOf(discriminator, reconstruction, step.draws);
  const seen: Scalar[] = [];
  const loss = (): Scalar =>
    tidy(() => {
      discriminator.beforeForward();
      const real = discriminator.logits(realView);
      discriminator.beforeForward();
      const fake = discriminator.logits(fakeView);
      const [realMean, fakeMean] = [stepwiseMean(real), stepwiseMean(fake)];
      const regularization = mul(leCamLoss(realMean, fakeMean, step.averages), step.leCamWeight) as Scalar;
      seen.push(...[realMean, fakeMean, regularization].map((term) => keep(term.clone())));
      return add(mul(hingeLoss(real, fake), step.hingeLossWeight), regularization) as Scalar;
    });
  const parameters = discriminator.trainedParameters().map(([, parameter]) => parameter.value);
  const { value, gradients } = valueAndGradients(loss, parameters);
  dispose([...realView, ...fakeView]);
  const [discriminatorLoss, realLogit, fakeLogit, leCam] = (await scalarValues([value, ...seen])) as [
    number,
    number,
    number,
    number,
  ];
  return {
    terms: { discriminatorLoss, realLogit, fakeLogit, leCamLoss: leCam },
    gradients,
    averages: step.leCamWeight > 0 ? followLogits(step.averages, realLogit, fakeLogit) : step.averages,
  };
}
