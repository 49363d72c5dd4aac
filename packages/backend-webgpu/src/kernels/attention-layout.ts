/** What the code of an attention program depends on. */
export interface AttentionShape {
  readonly headWidth: number;
  /** Whether each query has its own number of visible keys; otherwise all see `p.reach`. */
  readonly hasMask: boolean;
  /** Whether keys and values of earlier positions come from a cache, which takes up the new ones. */
  readonly hasCache: boolean;
}

/** Positions of a workgroup of the tiled programs: one for each lane. */
export const POSITIONS_PER_GROUP = 64;
/** Bytes of two rows of each position that a tiled program holds at a time: what every device has. */
const TILE_BYTES = 16_384;
const MAX_TILE_ROWS = 16;
/** Smaller than every score, and its exponential is 0 beside any. */
export const LOWEST = '-3.0e38';

export const ATTENTION_PARAMETERS = {
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

/** Tells programs of one kind apart. */
export function keyOf(name: string, { headWidth, hasMask, hasCache }: AttentionShape): string {
  return `${name} ${headWidth} ${hasMask} ${hasCache}`;
}

/**
 * Where values lie: `qkv` is [B, T, (H + 2K) Dh]; head h goes with key head h K / H. With a cache of [B, K, C, Dh], the
 * T new keys are still read from `qkv`, so that no workgroup waits for the one that writes them.
 */
export function accessors({ headWidth, hasMask, hasCache }: AttentionShape): string {
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

/** A workgroup is a block of positions of one head of one sample. */
export const LOCATE = `
  let block = group % p.blocks;
  let head = (group / p.blocks) % p.heads;
  let batch = group / (p.blocks * p.heads);
  let keyHead = head * p.keyHeads / p.heads;`;

/** How a head is split in vectors of four channels, the last of which zeros fill. */
export interface Quads {
  readonly count: number;
  /** Positions whose rows fit in workgroup memory. */
  readonly tileRows: number;
  /** The vector `quad` of what an accessor reads at a place. */
  readonly of: (accessor: string, ...place: string[]) => string;
  /** Statements that bring the rows of `limit` positions from `start` on into workgroup memory, and wait. */
  readonly load: (limit: string, tiles: Readonly<Record<string, (position: string) => string>>) => string;
}

export function quadsOf(headWidth: number): Quads {
  const count = Math.ceil(headWidth / 4);
  const fitting = Math.floor(TILE_BYTES / (2 * count * 16));
  const tileRows = Math.max(1, Math.min(MAX_TILE_ROWS, fitting));
  return {
    count,
    tileRows,
    load: (limit, tiles) => `
    for (var i = lane; i < ${tileRows * count}u; i += ${POSITIONS_PER_GROUP}u) {
      let row = min(start + i / ${count}u, ${limit} - 1u);
      let quad = i % ${count}u;
      ${Object.entries(tiles)
        .map(([tile, valueAt]) => `${tile}[i] = ${valueAt('row')};`)
        .join('\n      ')}
    }
    workgroupBarrier();`,
    of: (accessor, ...place) => {
      const channels = [0, 1, 2, 3].map((i) => {
        const read = `${accessor}(${place.join(', ')}, 4u * quad + ${i}u)`;
        return headWidth % 4 === 0 ? read : `select(0.0, ${read}, 4u * quad + ${i}u < ${headWidth}u)`;
      });
      return `vec4<f32>(${channels.join(', ')})`;
    },
  };
}
