import type { Side } from '../format/onnx-graph';

/** Primes that stand for sizes while a function is traced. */
const FIRST_PRIME = 37;

/**
 * Sizes that are known only when a graph runs. While a function is traced each is a prime number of its own, so that
 * the function's own arithmetic on shapes carries it along.
 */
export class SymbolicSizes {
  private readonly primes = new Map<string, number>();

  /**
   * @param names of the sizes.
   * @param avoid sizes that are fixed; no prime may divide one of them.
   */
  constructor(names: Iterable<string>, avoid: ReadonlySet<number>) {
    let candidate = FIRST_PRIME;
    for (const name of new Set(names)) {
      while (!isPrime(candidate) || [...avoid].some((side) => side > 0 && side % candidate === 0)) {
        candidate += 1;
      }
      this.primes.set(name, candidate);
      candidate += 1;
    }
  }

  get names(): string[] {
    return [...this.primes.keys()];
  }

  /** The number that stands for a size, or a fixed size itself. */
  numberOf(side: Side): number {
    return typeof side === 'number' ? side : this.primes.get(side)!;
  }

  /** Whether a number carries such a size. */
  isSymbolic(size: number): boolean {
    return size > 0 && [...this.primes.values()].some((prime) => size % prime === 0);
  }

  /** A size as a product of a fixed number and symbolic sizes, some of them perhaps several times. */
  factors(size: number): { fixed: number; names: string[] } {
    let fixed = size;
    const names: string[] = [];
    for (const [name, prime] of this.primes) {
      while (fixed > 0 && fixed % prime === 0) {
        fixed /= prime;
        names.push(name);
      }
    }
    return { fixed, names };
  }

  /** How a size is written in the signature of a graph. */
  sideOf(size: number): Side {
    const { fixed, names } = this.factors(size);
    if (names.length === 0) {
      return fixed;
    }
    return [...(fixed === 1 ? [] : [String(fixed)]), ...names].join('*');
  }
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) {
    if (candidate % divisor === 0) {
      return false;
    }
  }
  return true;
}
