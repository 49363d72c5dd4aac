/** A ViT written out in loops over doubles, to compare the real one with. One picture at a time. */

/** A stored tensor by timm's name, flattened row by row. */
export type PlainWeights = ReadonlyMap<string, ArrayLike<number>>;

export interface PlainVit {
  readonly weights: PlainWeights;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly patchSize: number;
  readonly epsilon: number;
  readonly activate: (x: number) => number;
  /** Names of the tokens before the patches, with their count. */
  readonly prefix: readonly (readonly [name: string, count: number])[];
  readonly scales?: readonly [string, string];
  /** Angle of each patch and pair of channels, where queries and keys are turned. */
  readonly angle?: (row: number, column: number, pair: number) => number;
}

type Rows = number[][];

/** Tokens after the final norm, `[T][D]`, of a picture `[H][W][3]`. */
export function plainVitFeatures(vit: PlainVit, picture: readonly (readonly number[][])[]): Rows {
  const { weights, width, layers, patchSize, prefix } = vit;
  const grid = picture.length / patchSize;
  const get = (name: string): ArrayLike<number> => weights.get(name)!;
  const bias = weights.get('patch_embed.proj.bias');
  const patches: Rows = [];
  for (let i = 0; i < grid * grid; i++) {
    const [top, left] = [Math.floor(i / grid) * patchSize, (i % grid) * patchSize];
    patches.push(
      Array.from({ length: width }, (_, d) => {
        let sum = bias?.[d] ?? 0;
        for (let c = 0; c < 3; c++) {
          for (let r = 0; r < patchSize; r++) {
            for (let s = 0; s < patchSize; s++) {
              const weight = get('patch_embed.proj.weight')[((d * 3 + c) * patchSize + r) * patchSize + s]!;
              sum += weight * picture[top + r]![left + s]![c]!;
            }
          }
        }
        return sum;
      }),
    );
  }
  const first = prefix.flatMap(([name, count]) => rowsOf(get(name), count, width));
  let x = [...first, ...patches];
  const table = weights.get('pos_embed');
  if (table !== undefined) {
    const rows = rowsOf(table, table.length / width, width);
    const before = x.length - rows.length;
    x = x.map((token, t) => token.map((value, d) => value + (t < before ? 0 : rows[t - before]![d]!)));
  }
  if (weights.has('norm_pre.weight')) {
    x = x.map((token) => norm(vit, token, 'norm_pre'));
  }
  for (let layer = 0; layer < layers; layer++) {
    x = block(vit, x, `blocks.${layer}.`, grid, first.length);
  }
  return x.map((token) => norm(vit, token, 'norm'));
}

function block(vit: PlainVit, x: Rows, at: string, grid: number, before: number): Rows {
  const attended = attention(
    vit,
    x.map((token) => norm(vit, token, `${at}norm1`)),
    at,
    { grid, before },
  );
  const middle = residual(vit, x, attended, at, 0);
  const mlp = middle.map((token) => {
    const hidden = linear(vit, norm(vit, token, `${at}norm2`), `${at}mlp.fc1`).map(vit.activate);
    return linear(vit, hidden, `${at}mlp.fc2`);
  });
  return residual(vit, middle, mlp, at, 1);
}

function residual({ weights, scales }: PlainVit, x: Rows, update: Rows, at: string, which: 0 | 1): Rows {
  const scale = scales === undefined ? undefined : weights.get(at + scales[which]);
  return x.map((token, t) => token.map((value, d) => value + update[t]![d]! * (scale?.[d] ?? 1)));
}

function attention(
  vit: PlainVit,
  x: Rows,
  at: string,
  { grid, before }: { readonly grid: number; readonly before: number },
): Rows {
  const { width, heads, angle } = vit;
  const headWidth = width / heads;
  const qkv = x.map((token) => linear(vit, token, `${at}attn.qkv`));
  const turned = (t: number, start: number): number[] => {
    const part = qkv[t]!.slice(start, start + headWidth);
    if (angle === undefined || t < before) {
      return part;
    }
    const [row, column] = [Math.floor((t - before) / grid), (t - before) % grid];
    const half = headWidth / 2;
    return part.map((value, i) => {
      const turn = angle(row, column, i % half);
      const other = i < half ? -part[i + half]! : part[i - half]!;
      return value * Math.cos(turn) + other * Math.sin(turn);
    });
  };
  const mixed: Rows = x.map(() => []);
  for (let head = 0; head < heads; head++) {
    const start = head * headWidth;
    const keys = x.map((_, t) => turned(t, width + start));
    x.forEach((_, t) => {
      const query = turned(t, start);
      const scores = keys.map((key) => Math.exp(dot(query, key) / Math.sqrt(headWidth)));
      const total = scores.reduce((sum, score) => sum + score, 0);
      for (let i = 0; i < headWidth; i++) {
        const values = qkv.map((row) => row[2 * width + start + i]!);
        mixed[t]!.push(dot(scores, values) / total);
      }
    });
  }
  return mixed.map((token) => linear(vit, token, `${at}attn.proj`));
}

function linear({ weights }: PlainVit, x: readonly number[], name: string): number[] {
  const weight = weights.get(`${name}.weight`)!;
  const bias = weights.get(`${name}.bias`);
  return Array.from({ length: weight.length / x.length }, (_, o) =>
    x.reduce((sum, value, i) => sum + value * weight[o * x.length + i]!, bias?.[o] ?? 0),
  );
}

function norm({ weights, epsilon }: PlainVit, x: readonly number[], name: string): number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  const [gain, shift] = [weights.get(`${name}.weight`)!, weights.get(`${name}.bias`)!];
  return x.map((value, d) => ((value - mean) / Math.sqrt(variance + epsilon)) * gain[d]! + shift[d]!);
}

function rowsOf(values: ArrayLike<number>, count: number, width: number): Rows {
  return Array.from({ length: count }, (_, t) =>
    Array.from({ length: width }, (__, d) => values[t * width + d]!),
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
