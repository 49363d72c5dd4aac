import { ShapeError } from './errors';

/** Words of the generator's state. */
const STATE_WORDS = 4;

/**
 * A seeded stream of random numbers (xoshiro128**, state filled by splitmix32).
 *
 * The same seed gives the same numbers on every platform. `fork(label)` gives an independent stream, so
 * that adding draws in one place does not move those of another; `state` can be saved and restored.
 *
 * @source D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", 2018.
 */
export class Random {
  private words: Uint32Array;

  constructor(seed: number) {
    this.words = new Uint32Array(STATE_WORDS);
    let mixed = seed >>> 0;
    for (let i = 0; i < STATE_WORDS; i++) {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      this.words[i] = splitmix(mixed);
    }
  }

  /** A stream of its own, determined by this stream's seed state and the label. */
  fork(label: string): Random {
    let hash = (this.words[0]! ^ this.words[2]!) >>> 0;
    for (const character of label) {
      hash = splitmix((hash ^ character.codePointAt(0)!) >>> 0);
    }
    return new Random(hash);
  }

  /** The next 32 random bits. */
  nextUint32(): number {
    const s = this.words;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }

  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number {
    return this.nextUint32() / 4294967296;
  }

  /** A whole number in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Standard normal (Box-Muller, one value per two draws). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** An index drawn with probability proportional to its weight. */
  weighted(weights: readonly number[]): number {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let remaining = this.uniform() * total;
    for (let i = 0; i < weights.length - 1; i++) {
      remaining -= weights[i]!;
      if (remaining < 0) {
        return i;
      }
    }
    return weights.length - 1;
  }

  /** 0 ... count - 1 in random order (Fisher-Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /**
   * Four 32-bit words, not all 0; assign a saved value to continue exactly where it was taken, ShapeError when
   * it is not such a value.
   */
  get state(): readonly number[] {
    return Array.from(this.words);
  }

  set state(words: readonly number[]) {
    const valid = words.every((word) => word >>> 0 === word);
    if (words.length !== STATE_WORDS || !valid || words.every((word) => word === 0)) {
      throw new ShapeError(
        `Random.state: words must be ${STATE_WORDS} unsigned 32-bit numbers, not all 0, got [${words.join(', ')}]. Assign what state gave.`,
      );
    }
    this.words = Uint32Array.from(words);
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function splitmix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
