import type { Random } from '@restok/core';
import { ShapeError } from '@restok/core';
import { logitFilters } from './logit-filters';
import { largestOf, probabilitiesOf } from './probabilities';
import type { SamplingOptions } from './sampling-options';
import { checkedSamplingOptions } from './sampling-options';

/** Smaller temperatures count as this. */
const SMALLEST_TEMPERATURE = 1e-5;

/**
 * Draws one index for every position: temperature, top-k, top-p, softmax, draw.
 *
 * It computes in JavaScript, so the same logits and seed give the same indices whatever backend made the logits.
 *
 * @param logits `[N, V]` float32, row-major; they are not changed.
 * @param vocabularySize V, the number of logits of a position.
 * @param options with topK 1 the largest logit is taken, the first one on ties, and `random` is not used.
 * @param random one number is drawn from it per position.
 * @returns `[N]` indices in 0 ... V-1.
 * @throws ShapeError when the logits do not fill rows, are not numbers, or an option is out of range.
 * @source method.md, section 7 (Sampling).
 */
export function sampleIndices(
  logits: Float32Array,
  vocabularySize: number,
  options: SamplingOptions,
  random: Random,
): Int32Array {
  const { temperature, topK, topP } = checkedSamplingOptions('sampleIndices', options);
  if (!(vocabularySize >= 1) || logits.length % vocabularySize !== 0) {
    throw new ShapeError(
      `sampleIndices: logits must be [N, ${vocabularySize}], got ${logits.length} values. Pass whole rows.`,
      { vocabularySize, values: logits.length },
    );
  }
  const indices = new Int32Array(logits.length / vocabularySize);
  for (let position = 0; position < indices.length; position++) {
    const row = logits.subarray(position * vocabularySize, (position + 1) * vocabularySize);
    const largest = checkedLargest(row, position);
    if (topK === 1) {
      indices[position] = row.indexOf(largest);
    } else {
      // Taking the largest off changes no probability, and no logit can overflow.
      const divisor = Math.max(temperature, SMALLEST_TEMPERATURE);
      const scaled = row.slice();
      for (let i = 0; i < scaled.length; i++) {
        scaled[i] = (row[i]! - largest) / divisor;
      }
      logitFilters.topK(scaled, topK);
      logitFilters.topP(scaled, topP);
      indices[position] = draw(probabilitiesOf(scaled), random);
    }
  }
  return indices;
}

/** The largest logit of a row. NaN would silently be drawn as some index, so it is refused. */
function checkedLargest(row: Float32Array, position: number): number {
  const largest = largestOf(row);
  if (!Number.isFinite(largest)) {
    throw new ShapeError(
      `sampleIndices: logits must be numbers, got ${largest} at position ${position}. Check that the generator's weights are whole.`,
      { position },
    );
  }
  return largest;
}

/** The first index with which the sum of probabilities exceeds a uniform number. */
function draw(probabilities: Float64Array, random: Random): number {
  const threshold = random.uniform();
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    sum += probabilities[i]!;
    if (sum > threshold) {
      return i;
    }
  }
  // The sum may round to a little below 1.
  return probabilities.findLastIndex((probability) => probability > 0);
}
