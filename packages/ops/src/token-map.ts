import type { TokenGrid } from '@restok/core';
import { ShapeError } from '@restok/core';

/**
 * A sparse matrix over tokens: output t is the sum of weights[j] · input sources[j] for j from offsets[t]
 * to offsets[t + 1].
 */
export interface TokenMap {
  readonly numInputs: number;
  readonly numOutputs: number;
  readonly offsets: Int32Array;
  readonly sources: Int32Array;
  readonly weights: Float32Array;
}

/** One weighted source of an output token. */
export interface TokenSource {
  readonly source: number;
  readonly weight: number;
}

/**
 * Builds a map from the sources of each output token.
 *
 * @throws ShapeError when a source is not one of the inputs.
 */
export function tokenMap(numInputs: number, outputs: readonly (readonly TokenSource[])[]): TokenMap {
  const offsets = new Int32Array(outputs.length + 1);
  outputs.forEach((sources, output) => {
    offsets[output + 1] = offsets[output]! + sources.length;
  });
  const flat = outputs.flat();
  const wrong = flat.find(({ source }) => !Number.isInteger(source) || source < 0 || source >= numInputs);
  if (wrong !== undefined) {
    throw new ShapeError(
      `tokenMap: sources must be in 0 ... ${numInputs - 1}, got ${wrong.source}. Name input tokens only.`,
      { source: wrong.source },
    );
  }
  return {
    numInputs,
    numOutputs: outputs.length,
    offsets,
    sources: Int32Array.from(flat, (entry) => entry.source),
    weights: Float32Array.from(flat, (entry) => entry.weight),
  };
}

/** Maps made so far: sequences have a handful of shapes, and a map's transpose is found by identity. */
const knownMaps = new Map<string, TokenMap>();

function remembered(kind: string, from: TokenGrid, to: TokenGrid, build: () => TokenMap): TokenMap {
  const key = `${kind} ${from.rows}x${from.columns} ${to.rows}x${to.columns}`;
  let map = knownMaps.get(key);
  if (map === undefined) {
    map = build();
    knownMaps.set(key, map);
  }
  return map;
}

/**
 * Mean of the cells under each target cell; cells overlap where the sizes do not divide (adaptive average
 * pooling), and repeat where the target is finer than the source.
 */
export function areaPoolMap(from: TokenGrid, to: TokenGrid): TokenMap {
  return remembered('area', from, to, () => buildAreaPoolMap(from, to));
}

function buildAreaPoolMap(from: TokenGrid, to: TokenGrid): TokenMap {
  const rowRanges = poolRanges(from.rows, to.rows);
  const columnRanges = poolRanges(from.columns, to.columns);
  const outputs = rowRanges.flatMap(([top, bottom]) =>
    columnRanges.map(([left, right]) => {
      const weight = 1 / ((bottom - top) * (right - left));
      const sources: TokenSource[] = [];
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          sources.push({ source: row * from.columns + column, weight });
        }
      }
      return sources;
    }),
  );
  return tokenMap(from.rows * from.columns, outputs);
}

/** Each target cell copies the source cell it falls in: source = floor(target · from / to) on each axis. */
export function nearestMap(from: TokenGrid, to: TokenGrid): TokenMap {
  return remembered('nearest', from, to, () => buildNearestMap(from, to));
}

function buildNearestMap(from: TokenGrid, to: TokenGrid): TokenMap {
  const outputs: TokenSource[][] = [];
  for (let row = 0; row < to.rows; row++) {
    for (let column = 0; column < to.columns; column++) {
      const sourceRow = Math.floor((row * from.rows) / to.rows);
      const sourceColumn = Math.floor((column * from.columns) / to.columns);
      outputs.push([{ source: sourceRow * from.columns + sourceColumn, weight: 1 }]);
    }
  }
  return tokenMap(from.rows * from.columns, outputs);
}

/** {@link nearestMap} of a flattened row of tokens. */
export function nearestMap1d(from: number, to: number): TokenMap {
  return nearestMap({ rows: 1, columns: from }, { rows: 1, columns: to });
}

const transposes = new WeakMap<TokenMap, TokenMap>();

/** The map of the gradient: every weight runs from output back to source. */
export function transposeTokenMap(map: TokenMap): TokenMap {
  let transposed = transposes.get(map);
  if (transposed === undefined) {
    const outputs: TokenSource[][] = Array.from({ length: map.numInputs }, () => []);
    for (let output = 0; output < map.numOutputs; output++) {
      for (let j = map.offsets[output]!; j < map.offsets[output + 1]!; j++) {
        outputs[map.sources[j]!]!.push({ source: output, weight: map.weights[j]! });
      }
    }
    transposed = tokenMap(map.numOutputs, outputs);
    transposes.set(map, transposed);
  }
  return transposed;
}

/** The map as a dense matrix `[numOutputs, numInputs]`, row-major. */
export function denseTokenMap(map: TokenMap): Float32Array {
  const dense = new Float32Array(map.numOutputs * map.numInputs);
  for (let output = 0; output < map.numOutputs; output++) {
    for (let j = map.offsets[output]!; j < map.offsets[output + 1]!; j++) {
      dense[output * map.numInputs + map.sources[j]!]! += map.weights[j]!;
    }
  }
  return dense;
}

/** Half-open source ranges of adaptive pooling: [floor(i from / to), ceil((i + 1) from / to)). */
function poolRanges(from: number, to: number): [number, number][] {
  return Array.from({ length: to }, (_, i) => [
    Math.floor((i * from) / to),
    Math.ceil(((i + 1) * from) / to),
  ]);
}
