import type { GeneratorConfigInput } from '@restok/core';
import { Random } from '@restok/core';
import { Generator } from '../src/generator';

/**
 * A whole generator that is quick on one core: two layers of width 16, 16 latents out of 12 indices, three classes.
 *
 * @param changes keys to set on top; `har: false` makes it a plain one.
 */
export function tinyGeneratorConfig(changes: GeneratorConfigInput = {}): GeneratorConfigInput {
  return {
    n_layer: 2,
    n_head: 2,
    dim: 16,
    multiple_of: 16,
    vocab_size: 12,
    block_size: 16,
    num_classes: 3,
    har: true,
    ar_token_num: 2,
    ...changes,
  };
}

/** Such a generator with weights drawn, the head's too, which start at 0; and large enough for classes to matter. */
export function tinyGenerator(changes: GeneratorConfigInput = {}): Generator {
  const generator = new Generator(tinyGeneratorConfig(changes));
  const random = new Random(5);
  for (const [name, parameter] of generator.namedParameters()) {
    const stream = random.fork(name);
    const centre = name.endsWith('norm.weight') ? 1 : 0;
    parameter.load(Float32Array.from({ length: parameter.size }, () => centre + 0.3 * stream.normal()));
  }
  return generator;
}
