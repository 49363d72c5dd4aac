import { RotaryPositions } from '../src/rotary-positions';
import { identity } from './set-parameters';

/**
 * Two positions a right angle apart on both axes. All queries are 2 log 3 · (1, -1, 1, -1) and all keys a
 * quarter of (1, -1, 1, -1), before they turn; so a query times the key of its own place is 2 log 3, times the
 * other key 0, and halved (the root of the head width) the softmax is 3/4 and 1/4.
 */
export const rightAngle = (): RotaryPositions =>
  new RotaryPositions(
    [
      { row: 0, column: 0 },
      { row: Math.PI / 2, column: Math.PI / 2 },
    ],
    4,
    10000,
  );

/** Weights of each query for the two keys, as worked out there. */
export const KNOWN_WEIGHTS = [0.75, 0.25, 0.25, 0.75];

/** Parameters of an attention layer of one head of width 4 with those weights; values are its inputs. */
export const knownAttention = {
  q_bias: [1, -1, 1, -1],
  v_bias: [0, 0, 0, 0],
  'qkv.weight': [...new Array<number>(32).fill(0), ...identity(4)],
  'q_norm.weight': new Array<number>(4).fill(2 * Math.log(3)),
  'k_norm.bias': [0.25, -0.25, 0.25, -0.25],
  'proj.weight': identity(4),
};
