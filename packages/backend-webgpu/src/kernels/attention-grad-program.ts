import type { Program } from '../program';
import { reads, writes } from '../program';
import type { AttentionShape } from './attention-layout';
import {
  accessors,
  ATTENTION_PARAMETERS,
  keyOf,
  LOCATE,
  LOWEST,
  POSITIONS_PER_GROUP,
  quadsOf,
} from './attention-layout';

/**
 * The gradient of attention without scores in memory, in two programs (Dao et al., arXiv 2205.14135, algorithm 4).
 *
 * With s = scale q kᵀ, w = softmax(s) and dw = dy vᵀ: ds = w (dw - Σ w dw), dq = scale ds k, dk = scale dsᵀ q and
 * dv = wᵀ dy. Per query, `statistics` [B, H, T, {@link STATISTICS}] keeps the largest score, Σ exp(s - largest) and Σ w dw.
 */
export const STATISTICS = 3;

/** First program: statistics and dq. Each lane has a query and goes over the keys twice. */
export function queryGradProgram(shape: AttentionShape): Program {
  const { headWidth } = shape;
  const { count: quads, tileRows, of: quadOf, load } = quadsOf(headWidth);
  const overKeys = (body: string): string => `
  for (var start = 0u; start < p.reach; start += ${tileRows}u) {
${load('p.reach', {
  tileKeys: (key) => quadOf('keyAt', 'batch', 'keyHead', key),
  tileValues: (key) => quadOf('valueAt', 'batch', 'keyHead', key),
})}
    for (var i = 0u; i < min(${tileRows}u, max(seen, start) - start); i++) {
      var scores = vec4<f32>();
      var products = vec4<f32>();
      for (var quad = 0u; quad < ${quads}u; quad++) {
        scores = fma(query[quad], tileKeys[i * ${quads}u + quad], scores);
        products = fma(outward[quad], tileValues[i * ${quads}u + quad], products);
      }
      let score = scores.x + scores.y + scores.z + scores.w;
      let dWeight = products.x + products.y + products.z + products.w;
      ${body}
    }
    workgroupBarrier();
  }`;
  return {
    key: keyOf('attentionGrad queries', shape),
    buffers: { ...inputsOf(shape), dqkv: writes(), statistics: writes() },
    parameters: ATTENTION_PARAMETERS,
    workgroupSize: POSITIONS_PER_GROUP,
    code: `
${accessors(shape)}
${gradientAccessor(headWidth)}
var<workgroup> tileKeys: array<vec4<f32>, ${tileRows * quads}>;
var<workgroup> tileValues: array<vec4<f32>, ${tileRows * quads}>;

fn main(lane: u32, group: u32) {
  ${LOCATE}
  let position = min(block * ${POSITIONS_PER_GROUP}u + lane, p.positions - 1u);
  let seen = reachOf(position);
  var query: array<vec4<f32>, ${quads}>;
  var outward: array<vec4<f32>, ${quads}>;
  var dQuery: array<vec4<f32>, ${quads}>;
  for (var quad = 0u; quad < ${quads}u; quad++) {
    query[quad] = p.scale * ${quadOf('queryAt', 'batch', 'head', 'position')};
    outward[quad] = ${quadOf('gradientAt', 'batch', 'head', 'position')};
  }
  var largest = ${LOWEST};
  var sum = 0.0;
  var along = 0.0;
  ${overKeys(`
      let top = max(largest, score);
      let shrink = exp(largest - top);
      let weight = exp(score - top);
      sum = sum * shrink + weight;
      along = along * shrink + weight * dWeight;
      largest = top;`)}
  along /= sum;
  ${overKeys(`
      let dScore = exp(score - largest) / sum * (dWeight - along);
      for (var quad = 0u; quad < ${quads}u; quad++) {
        dQuery[quad] = fma(vec4<f32>(dScore), tileKeys[i * ${quads}u + quad], dQuery[quad]);
      }`)}
  if (block * ${POSITIONS_PER_GROUP}u + lane < p.positions) {
    let place = (batch * p.positions + position) * p.width + head * ${headWidth}u;
    for (var channel = 0u; channel < ${headWidth}u; channel++) {
      dqkv[place + channel] = p.scale * dQuery[channel / 4u][channel % 4u];
    }
    let row = ${STATISTICS}u * ((batch * p.heads + head) * p.positions + position);
    statistics[row] = largest;
    statistics[row + 1u] = sum;
    statistics[row + 2u] = along;
  }
}`,
  };
}

/** Second program: dk and dv. Each lane has a key and goes over the queries. */
export function keyGradProgram(shape: AttentionShape): Program {
  const { headWidth } = shape;
  const { count: quads, tileRows, of: quadOf, load } = quadsOf(headWidth);
  return {
    key: keyOf('attentionGrad keys', shape),
    buffers: { ...inputsOf(shape), statistics: reads(), dqkv: writes() },
    parameters: ATTENTION_PARAMETERS,
    workgroupSize: POSITIONS_PER_GROUP,
    code: `
${accessors(shape)}
${gradientAccessor(headWidth)}
var<workgroup> tileQueries: array<vec4<f32>, ${tileRows * quads}>;
var<workgroup> tileOutward: array<vec4<f32>, ${tileRows * quads}>;

fn main(lane: u32, group: u32) {
  ${LOCATE}
  let position = min(block * ${POSITIONS_PER_GROUP}u + lane, p.positions - 1u);
  var key: array<vec4<f32>, ${quads}>;
  var value: array<vec4<f32>, ${quads}>;
  var dKey: array<vec4<f32>, ${quads}>;
  var dValue: array<vec4<f32>, ${quads}>;
  for (var quad = 0u; quad < ${quads}u; quad++) {
    key[quad] = ${quadOf('keyAt', 'batch', 'keyHead', 'position')};
    value[quad] = ${quadOf('valueAt', 'batch', 'keyHead', 'position')};
  }
  for (var start = 0u; start < p.positions; start += ${tileRows}u) {
${load('p.positions', {
  tileQueries: (query) => `p.scale * ${quadOf('queryAt', 'batch', 'head', query)}`,
  tileOutward: (query) => quadOf('gradientAt', 'batch', 'head', query),
})}
    for (var i = 0u; i < min(${tileRows}u, p.positions - start); i++) {
      if (position < reachOf(start + i)) {
        var scores = vec4<f32>();
        var products = vec4<f32>();
        for (var quad = 0u; quad < ${quads}u; quad++) {
          scores = fma(tileQueries[i * ${quads}u + quad], key[quad], scores);
          products = fma(tileOutward[i * ${quads}u + quad], value[quad], products);
        }
        let row = ${STATISTICS}u * ((batch * p.heads + head) * p.positions + start + i);
        let score = scores.x + scores.y + scores.z + scores.w;
        let weight = exp(score - statistics[row]) / statistics[row + 1u];
        let dWeight = products.x + products.y + products.z + products.w;
        let dScore = weight * (dWeight - statistics[row + 2u]);
        for (var quad = 0u; quad < ${quads}u; quad++) {
          dKey[quad] = fma(vec4<f32>(dScore), tileQueries[i * ${quads}u + quad], dKey[quad]);
          dValue[quad] = fma(vec4<f32>(weight), tileOutward[i * ${quads}u + quad], dValue[quad]);
        }
      }
    }
    workgroupBarrier();
  }
  if (block * ${POSITIONS_PER_GROUP}u + lane < p.positions) {
    let place = (batch * p.positions + position) * p.width + (p.heads + head) * ${headWidth}u;
    for (var channel = 0u; channel < ${headWidth}u; channel++) {
      dqkv[place + channel] = dKey[channel / 4u][channel % 4u];
      dqkv[place + p.heads * ${headWidth}u + channel] = dValue[channel / 4u][channel % 4u];
    }
  }
}`,
  };
}

function inputsOf({ hasMask }: AttentionShape): Program['buffers'] {
  return { qkv: reads(), gradient: reads(), ...(hasMask ? { visible: reads('i32') } : {}) };
}

/** `gradient` is [B, T, H Dh]. */
function gradientAccessor(headWidth: number): string {
  return `
fn gradientAt(batch: u32, head: u32, position: u32, channel: u32) -> f32 {
  return gradient[((batch * p.positions + position) * p.heads + head) * ${headWidth}u + channel];
}`;
}
