import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { add, log, logSoftmax, mean, mul, neg, softmax, sub, sum, tidy } from '@tensorflow/tfjs-core';

/** Distances are divided by this before the softmax. */
const TEMPERATURE = 0.01;
/** Added where the published code adds it. */
const OFFSET = 1e-5;

/**
 * Mean entropy of each latent's soft assignment minus the entropy of the mean assignment: small when each
 * latent is sure of its code and all codes are used.
 *
 * @param distances `[N, V]` squared distances.
 * @returns a scalar, owned by the caller.
 * @source method.md, section 5.
 * @asIs 1e-5 is added to the affinity before log-softmax, where it changes nothing but rounding, and inside
 *   the logarithm of the mean.
 */
export function entropyTerm(distances: Tensor2D): Scalar {
  return tidy(() => {
    const affinity = mul(distances, -1 / TEMPERATURE) as Tensor2D;
    const assignment = softmax(affinity);
    const logAssignment = logSoftmax(add(affinity, OFFSET));
    const sampleEntropy = neg(mean(sum(mul(assignment, logAssignment), 1)));
    const meanAssignment = mean(assignment, 0);
    const entropyOfMean = neg(sum(mul(meanAssignment, log(add(meanAssignment, OFFSET)))));
    return sub(sampleEntropy, entropyOfMean) as Scalar;
  });
}
