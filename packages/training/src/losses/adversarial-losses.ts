import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { add, mul, neg, relu, square, sub, tidy } from '@tensorflow/tfjs-core';
import { stepwiseMean } from '../stepwise-mean';

/**
 * Hinge loss of a discriminator: (mean relu(1 - real) + mean relu(1 + fake)) / 2.
 *
 * @param real logits of pictures, any shape.
 * @param fake logits of reconstructions.
 * @returns owned by the caller.
 * @source Lim and Ye, arXiv 1705.02894; method.md, section 8.
 */
export function hingeLoss(real: Tensor, fake: Tensor): Scalar {
  return tidy(
    () => mul(add(stepwiseMean(relu(sub(1, real))), stepwiseMean(relu(add(1, fake)))), 0.5) as Scalar,
  );
}

/** What a generator adds to its loss to seem real: minus the mean logit. @source method.md, section 8. */
export function generatorAdversarialLoss(fake: Tensor): Scalar {
  return tidy(() => neg(stepwiseMean(fake)));
}

/** Moving averages of the mean logits of pictures and of reconstructions. */
export interface LogitAverages {
  readonly real: number;
  readonly fake: number;
}

/** How slowly {@link LogitAverages} follow. @source method.md, section 8. */
const AVERAGE_DECAY = 0.999;

/**
 * LeCam regularisation: relu(real - average fake)² + relu(average real - fake)².
 *
 * @param real mean logit of pictures.
 * @param fake mean logit of reconstructions.
 * @param averages from before this step.
 * @returns owned by the caller.
 * @source Tseng et al., arXiv 2104.03310; method.md, section 8.
 */
export function leCamLoss(real: Scalar, fake: Scalar, averages: LogitAverages): Scalar {
  return tidy(
    () => add(square(relu(sub(real, averages.fake))), square(relu(sub(averages.real, fake)))) as Scalar,
  );
}

/** The averages after a step whose mean logits were these; float32, as the published buffers. */
export function followLogits(averages: LogitAverages, real: number, fake: number): LogitAverages {
  const follow = (average: number, value: number): number =>
    Math.fround(Math.fround(average * AVERAGE_DECAY) + Math.fround(value * (1 - AVERAGE_DECAY)));
  return { real: follow(averages.real, real), fake: follow(averages.fake, fake) };
}
