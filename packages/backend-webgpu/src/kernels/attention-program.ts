import type { Program } from '../program';
import { reads, updates, writes } from '../program';

/** What the code of an attention program depends on. */
export interface AttentionShape {
  readonly headWidth: number;
  /** Whether each query has its own number of visible keys; otherwise all see `p.reach`. */
  readonly hasMask: boolean;
  /** Whether keys and values of earlier positions come from a cache, which takes up the new ones. */
  readonly hasCache: boolean;
}

/** Queries of a workgroup of {@link tileProgram}: one for each lane. */
export const QUERIES_PER_GROUP = 64;
/** Lanes that share one query in {@link queryProgram}. */
const QUERY_LANES = 64;
/** Keys whose scores {@link queryProgram} holds at a time. */
const KEYS_AT_A_TIME = 256;
/** Bytes of keys and values that {@link tileProgram} holds at a time: what every device has. */
const TILE_BYTES = 16_384;
const MAX_TILE_KEYS = 16;
/** Smaller than every score, and its exponential is 0 beside any. */
const LOWEST = '-3.0e38';

const PARAMETERS = {
  positions: 'u32',
  heads: 'u32',
  keyHeads: 'u32',
  width: 'u32',
  reach: 'u32',
  blocks: 'u32',
  capacity: 'u32',
  position: 'u32',
  scale: 'f32',
} as const;

function buffersOf({ hasMask, hasCache }: AttentionShape): Program['buffers'] {
  return {
    qkv: reads(),
    y: writes(),
    ...(hasMask ? { visible: reads('i32') } : {}),
    ...(hasCache ? { keys: updates(), values: updates() } : {}),
  };
}

function keyOf(name: string, { headWidth, hasMask, hasCache }: AttentionShape): string {
  return `${name} ${headWidth} ${hasMask} ${hasCache}`;
}

/**
 * Where values lie: `qkv` is [B, T, (H + 2K) Dh]; head h goes with key head h K / H. With a cache of [B, K, C, Dh], the
 * T new keys are still read from `qkv`, so that no workgroup waits for the one that writes them.
 */
function accessors({ headWidth, hasMask, hasCache }: AttentionShape): string {
  const packed = (part: string): string =>
    `qkv[(batch * p.positions + KEY) * p.width + (p.heads + ${part}keyHead) * ${headWidth}u + channel]`;
  const accessor = (name: string, buffer: string, part: string): string => `
fn ${name}(batch: u32, keyHead: u32, key: u32, channel: u32) -> f32 {
  ${
    hasCache
      ? `if (key < p.position || key >= p.position + p.positions) {
    return ${buffer}[((batch * p.keyHeads + keyHead) * p.capacity + key) * ${headWidth}u + channel];
  }
  return ${packed(part).replace('KEY', 'key - p.position')};`
      : `return ${packed(part).replace('KEY', 'key')};`
  }
}`;
  return `
${accessor('keyAt', 'keys', '')}
${accessor('valueAt', 'values', 'p.keyHeads + ')}
fn queryAt(batch: u32, head: u32, position: u32, channel: u32) -> f32 {
  return qkv[(batch * p.positions + position) * p.width + head * ${headWidth}u + channel];
}
fn outputPlace(batch: u32, head: u32, position: u32) -> u32 {
  return ((batch * p.positions + position) * p.heads + head) * ${headWidth}u;
}
fn reachOf(position: u32) -> u32 {
  return ${hasMask ? 'u32(visible[position])' : 'p.reach'};
}`;
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

/** A workgroup is a block of queries of one head of one sample. */
const LOCATE = `
  let block = group % p.blocks;
  let head = (group / p.blocks) % p.heads;
  let batch = group / (p.blocks * p.heads);
  let keyHead = head * p.keyHeads / p.heads;`;

/**
 * For many queries. Each lane has a query; keys and values go through workgroup memory a few at a time, and the
 * softmax is carried along: whenever a larger score comes, what was added up so far is scaled down.
 */
export function tileProgram(shape: AttentionShape): Program {
  const { headWidth } = shape;
  const quads = Math.ceil(headWidth / 4);
  const fitting = Math.floor(TILE_BYTES / (2 * quads * 16));
  const tileKeys = Math.max(1, Math.min(MAX_TILE_KEYS, fitting));
  const quadOf = (accessor: string, ...place: string[]): string => {
    const channels = [0, 1, 2, 3].map((i) => {
      const read = `${accessor}(${place.join(', ')}, 4u * quad + ${i}u)`;
      return headWidth % 4 === 0 ? read : `select(0.0, ${read}, 4u * quad + ${i}u < ${headWidth}u)`;
    });
    return `vec4<f32>(${channels.join(', ')})`;
  };
  return {
    key: keyOf('attention tiles', shape),
    buffers: buffersOf(shape),
    parameters: PARAMETERS,
    workgroupSize: QUERIES_PER_GROUP,
    code: `
${accessors(shape)}
var<workgroup> tileKeys: array<vec4<f32>, ${tileKeys * quads}>;
var<workgroup> tileValues: array<vec4<f32>, ${tileKeys * quads}>;

fn main(lane: u32, group: u32) {
  ${LOCATE}
  ${cacheWrite(shape, QUERIES_PER_GROUP)}
  let position = min(block * ${QUERIES_PER_GROUP}u + lane, p.positions - 1u);
  let seen = reachOf(position);
  var query: array<vec4<f32>, ${quads}>;
  var mixed: array<vec4<f32>, ${quads}>;
  for (var quad = 0u; quad < ${quads}u; quad++) {
    query[quad] = p.scale * ${quadOf('queryAt', 'batch', 'head', 'position')};
  }
  var largest = ${LOWEST};
  var sum = 0.0;
  for (var start = 0u; start < p.reach; start += ${tileKeys}u) {
    for (var i = lane; i < ${tileKeys * quads}u; i += ${QUERIES_PER_GROUP}u) {
      let key = min(start + i / ${quads}u, p.reach - 1u);
      let quad = i % ${quads}u;
      tileKeys[i] = ${quadOf('keyAt', 'batch', 'keyHead', 'key')};
      tileValues[i] = ${quadOf('valueAt', 'batch', 'keyHead', 'key')};
    }
    workgroupBarrier();
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
  if (block * ${QUERIES_PER_GROUP}u + lane < p.positions) {
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
    parameters: PARAMETERS,
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
