import type { InputSource, SequenceLayout } from './sequence-layout';
import { passesOfSizes } from './sequence-layout';

/**
 * Hierarchical autoregression: the first A latents one by one, then whole levels of A, 2A, 4A, ... at once.
 *
 * The sequence is the class, the first A latents, A - 1 special tokens, and then for each level but the last its
 * n latents and n special tokens, which are numbered through. So positions n to 2n - 1 predict the n latents of a
 * level, from the latents of the level before it followed by as many special tokens.
 *
 * A position sees its own block and all before it; blocks are 1, 1, 2, 4, ... positions. The first A positions
 * see themselves and what is before them.
 *
 * @param numLatents L, a power of two.
 * @param arTokenNum A, a power of two below L.
 * @source ResTok, section 3 (hierarchical autoregressive generation); method.md, section 7.
 * @asIs Latents and special tokens of a level stand one after the other; the paper speaks of interleaving.
 */
export function harLayout(numLatents: number, arTokenNum: number): SequenceLayout {
  const latents = (from: number, to: number): InputSource[] =>
    range(from, to).map((index) => ({ kind: 'latent', index }));
  const specials = (from: number, to: number): InputSource[] =>
    range(from, to).map((index) => ({ kind: 'special', index }));

  const inputs: InputSource[] = [
    { kind: 'class' },
    ...latents(0, arTokenNum),
    ...specials(0, arTokenNum - 1),
  ];
  const sizes = [...new Array<number>(arTokenNum).fill(1), arTokenNum];
  for (let size = arTokenNum; 2 * size < numLatents; size *= 2) {
    inputs.push(...latents(size, 2 * size), ...specials(size - 1, 2 * size - 1));
    sizes.push(2 * size);
  }
  const visibleKeys = range(0, numLatents).map((position) =>
    position < arTokenNum ? position + 1 : 2 ** (Math.floor(Math.log2(position)) + 1),
  );
  return { inputs, visibleKeys, passes: passesOfSizes(sizes), arTokenNum };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
