/** A stored tensor of the network: values in PyTorch's order. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Channels first, as the network is published. */
interface FeatureMap {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

/** What pools of 3 x 3 that keep the size do. */
type PoolKind = 'average' | 'max';

/**
 * The network of pytorch-fid loop by loop in double precision, batch norm unfolded: slow, and written apart from
 * what it checks.
 */
export class InceptionByDefinition {
  constructor(private readonly tensors: ReadonlyMap<string, StoredTensor>) {}

  /** @param values `[3, height, width]`, normalised. */
  run(values: Float64Array, side: number): { pooled: number[]; spatial: number[]; logits: number[] } {
    let x: FeatureMap = { channels: 3, height: side, width: side, values };
    x = this.conv(x, 'Conv2d_1a_3x3', { stride: 2 });
    x = this.conv(x, 'Conv2d_2a_3x3');
    x = this.conv(x, 'Conv2d_2b_3x3', { pad: [1, 1] });
    x = halvingPool(x);
    x = this.conv(x, 'Conv2d_3b_1x1');
    x = this.conv(x, 'Conv2d_4a_3x3');
    x = halvingPool(x);
    for (const name of ['Mixed_5b', 'Mixed_5c', 'Mixed_5d']) {
      x = this.blockA(x, name);
    }
    x = this.blockB(x);
    x = this.blockC(x, 'Mixed_6b');
    x = this.blockC(x, 'Mixed_6c');
    const spatial = this.conv(x, 'Mixed_6d.branch1x1');
    x = this.blockC(x, 'Mixed_6d');
    x = this.blockC(x, 'Mixed_6e');
    x = this.blockD(x);
    x = this.blockE(x, 'Mixed_7b', 'average');
    x = this.blockE(x, 'Mixed_7c', 'max');
    const area = x.height * x.width;
    const pooled = Array.from({ length: x.channels }, (_, c) =>
      x.values.subarray(c * area, (c + 1) * area).reduce((sum, value) => sum + value / area, 0),
    );
    const { shape, values: rows } = this.tensors.get('fc.weight')!;
    const logits = Array.from({ length: shape[0]! }, (_, c) =>
      pooled.reduce((sum, value, i) => sum + value * rows[c * pooled.length + i]!, 0),
    );
    return { pooled, spatial: firstChannelsLast(spatial, 7), logits };
  }

  private blockA(x: FeatureMap, name: string): FeatureMap {
    let five = this.conv(x, `${name}.branch5x5_1`);
    five = this.conv(five, `${name}.branch5x5_2`, { pad: [2, 2] });
    let three = this.conv(x, `${name}.branch3x3dbl_1`);
    three = this.conv(three, `${name}.branch3x3dbl_2`, { pad: [1, 1] });
    three = this.conv(three, `${name}.branch3x3dbl_3`, { pad: [1, 1] });
    const pool = this.conv(keepingPool(x, 'average'), `${name}.branch_pool`);
    return join([this.conv(x, `${name}.branch1x1`), five, three, pool]);
  }

  private blockB(x: FeatureMap): FeatureMap {
    let three = this.conv(x, 'Mixed_6a.branch3x3dbl_1');
    three = this.conv(three, 'Mixed_6a.branch3x3dbl_2', { pad: [1, 1] });
    three = this.conv(three, 'Mixed_6a.branch3x3dbl_3', { stride: 2 });
    return join([this.conv(x, 'Mixed_6a.branch3x3', { stride: 2 }), three, halvingPool(x)]);
  }

  private blockC(x: FeatureMap, name: string): FeatureMap {
    let seven = this.conv(x, `${name}.branch7x7_1`);
    seven = this.conv(seven, `${name}.branch7x7_2`, { pad: [0, 3] });
    seven = this.conv(seven, `${name}.branch7x7_3`, { pad: [3, 0] });
    let twice = this.conv(x, `${name}.branch7x7dbl_1`);
    twice = this.conv(twice, `${name}.branch7x7dbl_2`, { pad: [3, 0] });
    twice = this.conv(twice, `${name}.branch7x7dbl_3`, { pad: [0, 3] });
    twice = this.conv(twice, `${name}.branch7x7dbl_4`, { pad: [3, 0] });
    twice = this.conv(twice, `${name}.branch7x7dbl_5`, { pad: [0, 3] });
    const pool = this.conv(keepingPool(x, 'average'), `${name}.branch_pool`);
    return join([this.conv(x, `${name}.branch1x1`), seven, twice, pool]);
  }

  private blockD(x: FeatureMap): FeatureMap {
    let three = this.conv(x, 'Mixed_7a.branch3x3_1');
    three = this.conv(three, 'Mixed_7a.branch3x3_2', { stride: 2 });
    let seven = this.conv(x, 'Mixed_7a.branch7x7x3_1');
    seven = this.conv(seven, 'Mixed_7a.branch7x7x3_2', { pad: [0, 3] });
    seven = this.conv(seven, 'Mixed_7a.branch7x7x3_3', { pad: [3, 0] });
    seven = this.conv(seven, 'Mixed_7a.branch7x7x3_4', { stride: 2 });
    return join([three, seven, halvingPool(x)]);
  }

  private blockE(x: FeatureMap, name: string, kind: PoolKind): FeatureMap {
    const three = this.conv(x, `${name}.branch3x3_1`);
    let twice = this.conv(x, `${name}.branch3x3dbl_1`);
    twice = this.conv(twice, `${name}.branch3x3dbl_2`, { pad: [1, 1] });
    return join([
      this.conv(x, `${name}.branch1x1`),
      this.conv(three, `${name}.branch3x3_2a`, { pad: [0, 1] }),
      this.conv(three, `${name}.branch3x3_2b`, { pad: [1, 0] }),
      this.conv(twice, `${name}.branch3x3dbl_3a`, { pad: [0, 1] }),
      this.conv(twice, `${name}.branch3x3dbl_3b`, { pad: [1, 0] }),
      this.conv(keepingPool(x, kind), `${name}.branch_pool`),
    ]);
  }

  /** Convolution without bias, batch norm with epsilon 0.001, ReLU. */
  private conv(
    x: FeatureMap,
    name: string,
    { stride = 1, pad = [0, 0] }: { stride?: number; pad?: readonly [number, number] } = {},
  ): FeatureMap {
    const { shape, values: filter } = this.tensors.get(`${name}.conv.weight`)!;
    const [outputs, inputs, rows, columns] = shape as [number, number, number, number];
    const height = Math.floor((x.height + 2 * pad[0] - rows) / stride) + 1;
    const width = Math.floor((x.width + 2 * pad[1] - columns) / stride) + 1;
    const values = new Float64Array(outputs * height * width);
    for (let o = 0; o < outputs; o++) {
      const of = (what: string): number => this.tensors.get(`${name}.bn.${what}`)!.values[o]!;
      const scale = of('weight') / Math.sqrt(of('running_var') + 0.001);
      const [mean, shift] = [of('running_mean'), of('bias')];
      for (let y = 0; y < height; y++) {
        for (let column = 0; column < width; column++) {
          let sum = 0;
          for (let i = 0; i < inputs; i++) {
            for (let r = 0; r < rows; r++) {
              const fromY = y * stride + r - pad[0];
              for (let c = 0; fromY >= 0 && fromY < x.height && c < columns; c++) {
                const fromX = column * stride + c - pad[1];
                if (fromX >= 0 && fromX < x.width) {
                  sum +=
                    filter[((o * inputs + i) * rows + r) * columns + c]! *
                    x.values[(i * x.height + fromY) * x.width + fromX]!;
                }
              }
            }
          }
          values[(o * height + y) * width + column] = Math.max(0, (sum - mean) * scale + shift);
        }
      }
    }
    return { channels: outputs, height, width, values };
  }
}

/** Maximum of 3 x 3, every second position, no padding. */
function halvingPool(x: FeatureMap): FeatureMap {
  const height = Math.floor((x.height - 3) / 2) + 1;
  const width = Math.floor((x.width - 3) / 2) + 1;
  return pool(x, height, width, (y, column) => [2 * y, 2 * column, 'max']);
}

/** Average or maximum of what of 3 x 3 lies inside. */
function keepingPool(x: FeatureMap, kind: PoolKind): FeatureMap {
  return pool(x, x.height, x.width, (y, column) => [y - 1, column - 1, kind]);
}

function pool(
  x: FeatureMap,
  height: number,
  width: number,
  window: (y: number, column: number) => [top: number, left: number, kind: PoolKind],
): FeatureMap {
  const values = Float64Array.from({ length: x.channels * height * width }, (_, at) => {
    const channel = Math.floor(at / (height * width));
    const [top, left, kind] = window(Math.floor(at / width) % height, at % width);
    const inside: number[] = [];
    for (let y = Math.max(0, top); y < Math.min(x.height, top + 3); y++) {
      for (let column = Math.max(0, left); column < Math.min(x.width, left + 3); column++) {
        inside.push(x.values[(channel * x.height + y) * x.width + column]!);
      }
    }
    return kind === 'max' ? Math.max(...inside) : inside.reduce((a, b) => a + b) / inside.length;
  });
  return { channels: x.channels, height, width, values };
}

function join(maps: readonly FeatureMap[]): FeatureMap {
  const [{ height, width }] = maps as [FeatureMap];
  const values = Float64Array.from(maps.flatMap((map) => [...map.values]));
  return { channels: maps.reduce((sum, { channels }) => sum + channels, 0), height, width, values };
}

function firstChannelsLast({ height, width, values }: FeatureMap, channels: number): number[] {
  const area = height * width;
  return Array.from(
    { length: area * channels },
    (_, at) => values[(at % channels) * area + Math.floor(at / channels)]!,
  );
}
