import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Generator } from '@restok/generator';
import { generatorLosses } from './generator-loss';
import type { GeneratorData, GeneratorTerms } from './generator-part-gradients';
import { generatorTerms, meanGeneratorTerms } from './generator-part-gradients';

/** How well a generator predicts codes that it may not have seen. */
export interface GeneratorEvaluation extends GeneratorTerms {
  readonly count: number;
}

export interface EvaluateGeneratorOptions {
  readonly batchSize: number;
  /** Evaluate this many pictures spread evenly over the set; all when absent. */
  readonly maxPictures?: number;
}

/** Loss and accuracy, whole and by level, on the plain crops of a set and without dropout. */
export async function evaluateGenerator(
  generator: Generator,
  data: GeneratorData,
  options: EvaluateGeneratorOptions,
): Promise<GeneratorEvaluation> {
  const count = Math.min(data.count, options.maxPictures ?? data.count);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * data.count) / count));
  const batches: GeneratorTerms[] = [];
  const sizes: number[] = [];
  for (let start = 0; start < count; start += options.batchSize) {
    const batch = chosen.slice(start, start + options.batchSize);
    const { indices, labels } = await data.read(batch);
    const targets = tensor2d(indices, [batch.length, data.numLatents], 'int32');
    const held: Tensor[] = [targets];
    try {
      const [logits, losses] = tidy(() => {
        const made = generator.forward(targets, tensor1d(labels, 'int32'));
        return [made, generatorLosses(made, targets)] as const;
      });
      held.push(logits, losses);
      batches.push(await generatorTerms(logits, losses, targets, generator.levelSizes));
    } finally {
      dispose(held);
    }
    sizes.push(batch.length);
  }
  return { count, ...meanGeneratorTerms(batches, sizes) };
}
