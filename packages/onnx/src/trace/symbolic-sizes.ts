import { ConfigError } from '@restok/core';
import type { Side } from '../format/onnx-graph';

/** Primes that stand for sizes while a function is traced. */
const FIRST_PRIME = 37;

/** The number that stands for each size, by its name. */
export type StandIns = ReadonlyMap<string, number>;

/**
 * Chooses a prime for each size.
 *
 * @param avoid numbers that no prime may divide: fixed sizes, and primes of other traces.
 * @param descending whether the first name gets the largest; two choices in opposite orders have no differences in
 *   common, so a size plus a number is not taken for another size in both.
 */
export function chooseStandIns(
  names: Iterable<string>,
  avoid: ReadonlySet<number>,
  descending = false,
): StandIns {
  const ordered = [...new Set(names)];
  const primes: number[] = [];
  for (let candidate = FIRST_PRIME; primes.length < ordered.length; candidate++) {
    if (isPrime(candidate) && ![...avoid].some((side) => side > 0 && side % candidate === 0)) {
      primes.push(candidate);
    }
  }
  const given = descending ? primes.reverse() : primes;
  return new Map(ordered.map((name, i) => [name, given[i]!]));
}

/**
 * Sizes that are known only when a graph runs. While a function is traced each is a prime number of its own, so that
 * the function's own arithmetic on shapes carries it along.
 */
export class SymbolicSizes {
  private readonly asked = new Set<number>();

  constructor(readonly standIns: StandIns) {}

  /** The number that stands for a size, or a fixed size itself. */
  numberOf(side: Side): number {
    return typeof side === 'number' ? side : this.standIns.get(side)!;
  }

  /** Whether a number carries such a size. */
  isSymbolic(size: number): boolean {
    this.asked.add(size);
    return this.carries(size);
  }

  /**
   * Numbers that this trace and one with other stand-ins both met, and that carry a size in one of them: they do not
   * change with the stand-ins, so they are fixed.
   */
  mistaken(other: SymbolicSizes): number[] {
    return [...this.asked].filter(
      (size) => other.asked.has(size) && (this.carries(size) || other.carries(size)),
    );
  }

  /** A size as a product of a fixed number and symbolic sizes, some of them perhaps several times. */
  factors(size: number): { fixed: number; names: string[] } {
    this.asked.add(size);
    let fixed = size;
    const names: string[] = [];
    for (const [name, prime] of this.standIns) {
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

  private carries(size: number): boolean {
    return size > 0 && [...this.standIns.values()].some((prime) => size % prime === 0);
  }
}

/** A constant seems to have a symbolic size; with another stand-in it may turn out to be a fixed one. */
export class SymbolicConstantError extends ConfigError {
  constructor(
    readonly sides: readonly number[],
    message: string,
  ) {
    super(message);
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
