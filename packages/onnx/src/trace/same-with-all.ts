import { ConfigError } from '@restok/core';
import type { OnnxGraph } from '../format/onnx-graph';
import { differenceOf } from './compare-graphs';
import type { StandIns } from './symbolic-sizes';
import { chooseStandIns, SymbolicConstantError, SymbolicSizes } from './symbolic-sizes';

/** Traces that it may take to find stand-ins that divide no fixed size of the function. */
const MAX_ATTEMPTS = 8;

/** Pairs of traces that must differ before a function is refused: one of them may have met a fixed size by chance. */
const MAX_DIFFERENCES = 3;

/** Traces a function with some numbers in place of its sizes. */
type TraceWith = (sizes: SymbolicSizes) => OnnxGraph;

/** A graph and the numbers that stood for its sizes. */
interface Traced {
  readonly graph: OnnxGraph;
  readonly sizes: SymbolicSizes;
}

/**
 * Traces a function until two graphs with different stand-ins are equal.
 *
 * @param names of the open sizes; a function without any is traced once.
 * @param fixed sizes that no stand-in may divide.
 * @throws ConfigError naming the size and the operator that it is a number of, when they never are.
 */
export function sameWithAll(names: readonly string[], fixed: readonly number[], trace: TraceWith): OnnxGraph {
  const avoid = new Set(fixed);
  let before: Traced | undefined;
  let numDifferences = 0;
  for (let attempt = 1; ; attempt++) {
    const traced = attemptWith(chooseStandIns(names, avoid, attempt % 2 === 0), trace);
    if (traced instanceof SymbolicConstantError) {
      if (attempt >= MAX_ATTEMPTS) {
        throw traced;
      }
      traced.sides.forEach((side) => avoid.add(side));
      continue;
    }
    if (names.length === 0) {
      return traced.graph;
    }
    if (before !== undefined) {
      const difference = differenceOf(before.graph, traced.graph);
      if (difference === undefined) {
        return traced.graph;
      }
      const mistaken = before.sizes.mistaken(traced.sizes);
      mistaken.forEach((size) => avoid.add(size));
      numDifferences += mistaken.length === 0 ? 1 : 0;
      if (numDifferences === MAX_DIFFERENCES || attempt >= MAX_ATTEMPTS) {
        throw refusal(difference, before, traced.sizes.standIns, trace);
      }
    }
    traced.sizes.standIns.forEach((prime) => avoid.add(prime));
    before = traced;
  }
}

function attemptWith(standIns: StandIns, trace: TraceWith): Traced | SymbolicConstantError {
  const sizes = new SymbolicSizes(standIns);
  try {
    return { graph: trace(sizes), sizes };
  } catch (error) {
    if (error instanceof SymbolicConstantError) {
      return error;
    }
    throw error;
  }
}

/** Says why two graphs differ: changes nothing, and then one size at a time, which tells whose number it is. */
function refusal(difference: string, before: Traced, others: StandIns, trace: TraceWith): ConfigError {
  const { standIns } = before.sizes;
  const changedBy = (changes: Iterable<[string, number]>): string | undefined => {
    const traced = attemptWith(new Map([...standIns, ...changes]), trace);
    return traced instanceof SymbolicConstantError ? undefined : differenceOf(before.graph, traced.graph);
  };
  const always = changedBy([]);
  if (always !== undefined) {
    return new ConfigError(
      `traceToOnnx: the function must be the same each time, but ${always}. Keep random numbers and counters out of it.`,
    );
  }
  const found = [...others].map((entry) => ({ size: entry[0], own: changedBy([entry]) }));
  const { size, own = difference } = found.find((entry) => entry.own !== undefined) ?? {};
  return new ConfigError(
    `traceToOnnx: ${size === undefined ? 'a size' : `the size ${size}`} is used as a number: ${own} where it changes. Compute with tensor operations instead, or give the size as a number.`,
    undefined,
    { size },
  );
}
