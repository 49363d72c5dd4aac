import type { Program } from '../program';
import { reads, updates, writes } from '../program';
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

/** Lanes that share one query in {@link queryProgram}. */
const QUERY_LANES = 64;
/** Keys whose scores {@link queryProgram} holds at a time. */
const KEYS_AT_A_TIME = 256;

function buffersOf({ hasMask, hasCache }: AttentionShape): Program['buffers'] {
  return {
    qkv: reads(),
    y: writes(),
    ...(hasMask ? { visible: reads('i32') } : {}),
    ...(hasCache ? { keys: updates(), values: updates() } : {}),
  };
}

/** The first workgroup of each key head puts its new keys and values into the cache. */
function cacheWrite({ headWidth, hasCache }: AttentionShape, lanes: number): string {
  return hasCache
    ? `
  if (block == 0u && head % (p.heads / p.keyHeads) == 0u) {
    for (var i = lane; i < p.positions * ${headWidth}u; i += ${lanes}u) {
      let key = p.position + i / ${headWidth}u;
      let channel = i % ${headWidth}u;
      let place = ((batch * p.keyHeads + keyHead) * p.capacity + key) * ${headWidth}u + channel;
      keys[place] = keyAt(batch, keyHead, key, channel);
      values[place] = valueAt(batch, keyHead, key, channel);
    }
  }`
    : '';
}

/**
 * For many queries. Each lane has a query; keys and values go through workgroup memory a few at a time, and the
 * softmax is carried along: whenever a larger score comes, what was added up so far is scaled down.
 */
export function tileProgram(shape: AttentionShape): Program {
  const { headWidth } = shape;
  const { count: quads, tileRows: tileKeys, of: quadOf, load } = quadsOf(headWidth);
  return {
    key: keyOf('attention tiles', shape),
    buffers: buffersOf(shape),
    parameters: ATTENTION_PARAMETERS,
    workgroupSize: POSITIONS_PER_GROUP,
    code: `
${accessors(shape)}
var<workgroup> tileKeys: array<vec4<f32>, ${tileKeys * quads}>;
var<workgroup> tileValues: array<vec4<f32>, ${tileKeys * quads}>;

fn main(lane: u32, group: u32) {
  ${LOCATE}
  ${cacheWrite(shape, POSITIONS_PER_GROUP)}
  let position = min(block * ${POSITIONS_PER_GROUP}u + lane, p.positions - 1u);
  let seen = reachOf(position);
  var query: array<vec4<f32>, ${quads}>;
  var mixed: array<vec4<f32>, ${quads}>;
  for (var quad = 0u; quad < ${quads}u; quad++) {
    query[quad] = p.scale * ${quadOf('queryAt', 'batch', 'head', 'position')};
  }
  var largest = ${LOWEST};
  var sum = 0.0;
  for (var start = 0u; start < p.reach; start += ${tileKeys}u) {
${load('p.reach', {
  tileKeys: (key) => quadOf('keyAt', 'batch', 'keyHead', key),
  tileValues: (key) => quadOf('valueAt', 'batch', 'keyHead', key),
})}
    var scores: array<f32, ${tileKeys}>;
    var top = largest;
    for (var i = 0u; i < ${tileKeys}u; i++) {
      var product = vec4<f32>();
      for (var quad = 0u; quad < ${quads}u; quad++) {
        product = fma(query[quad], tileKeys[i * ${quads}u + quad], product);
      }
      let score = product.x + product.y + product.z + product.w;
      scores[i] = select(${LOWEST}, score, start + i < seen);
      top = max(top, scores[i]);
    }
    let shrink = exp(largest - top);
    sum *= shrink;
    for (var quad = 0u; quad < ${quads}u; quad++) {
      mixed[quad] *= shrink;
    }
    for (var i = 0u; i < ${tileKeys}u; i++) {
      let weight = select(0.0, exp(scores[i] - top), start + i < seen);
      sum += weight;
      for (var quad = 0u; quad < ${quads}u; quad++) {
        mixed[quad] = fma(vec4<f32>(weight), tileValues[i * ${quads}u + quad], mixed[quad]);
      }
    }
    largest = top;
    workgroupBarrier();
  }
  if (block * ${POSITIONS_PER_GROUP}u + lane < p.positions) {
    let place = outputPlace(batch, head, position);
    for (var channel = 0u; channel < ${headWidth}u; channel++) {
      y[place + channel] = mixed[channel / 4u][channel % 4u] / sum;
    }
  }
}`,
  };
}

/** For few queries: the lanes of a workgroup share one, first by keys for the scores, then by channels. */
export function queryProgram(shape: AttentionShape): Program {
  const { headWidth } = shape;
  const perLane = Math.ceil(headWidth / QUERY_LANES);
  const reduce = (combine: string): string => `
    for (var half = ${QUERY_LANES / 2}u; half > 0u; half >>= 1u) {
      if (lane < half) { reduced[lane] = ${combine}; }
      workgroupBarrier();
    }`;
  return {
    key: keyOf('attention query', shape),
    buffers: buffersOf(shape),
    parameters: ATTENTION_PARAMETERS,
    workgroupSize: QUERY_LANES,
    code: `
${accessors(shape)}
var<workgroup> weights: array<f32, ${KEYS_AT_A_TIME}>;
var<workgroup> reduced: array<f32, ${QUERY_LANES}>;

fn main(lane: u32, group: u32) {
  ${LOCATE}
  ${cacheWrite(shape, QUERY_LANES)}
  let position = block;
  let seen = reachOf(position);
  var mixed: array<f32, ${perLane}>;
  var largest = ${LOWEST};
  var sum = 0.0;
  for (var start = 0u; start < p.reach; start += ${KEYS_AT_A_TIME}u) {
    let count = min(${KEYS_AT_A_TIME}u, p.reach - start);
    var top = ${LOWEST};
    for (var i = lane; i < count; i += ${QUERY_LANES}u) {
      var score = ${LOWEST};
      if (start + i < seen) {
        score = 0.0;
        for (var channel = 0u; channel < ${headWidth}u; channel++) {
          score = fma(queryAt(batch, head, position, channel) * p.scale, keyAt(batch, keyHead, start + i, channel), score);
        }
      }
      weights[i] = score;
      top = max(top, score);
    }
    reduced[lane] = top;
    workgroupBarrier();
    ${reduce('max(reduced[lane], reduced[lane + half])')}
    top = max(largest, reduced[0]);
    workgroupBarrier();
    var part = 0.0;
    for (var i = lane; i < count; i += ${QUERY_LANES}u) {
      let weight = select(0.0, exp(weights[i] - top), start + i < seen);
      weights[i] = weight;
      part += weight;
    }
    reduced[lane] = part;
    workgroupBarrier();
    ${reduce('reduced[lane] + reduced[lane + half]')}
    let shrink = exp(largest - top);
    sum = sum * shrink + reduced[0];
    largest = top;
    for (var own = 0u; own < ${perLane}u; own++) {
      let channel = own * ${QUERY_LANES}u + lane;
      mixed[own] *= shrink;
      if (channel < ${headWidth}u) {
        for (var i = 0u; i < count; i++) {
          mixed[own] = fma(weights[i], valueAt(batch, keyHead, start + i, channel), mixed[own]);
        }
      }
    }
    workgroupBarrier();
  }
  let place = outputPlace(batch, head, position);
  for (var own = 0u; own < ${perLane}u; own++) {
    let channel = own * ${QUERY_LANES}u + lane;
    if (channel < ${headWidth}u) {
      y[place + channel] = mixed[own] / sum;
    }
  }
}`,
  };
}
