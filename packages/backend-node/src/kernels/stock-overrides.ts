import type { TensorInfo } from '@tensorflow/tfjs-core';
import { broadcast_util } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { sizeOf } from '../heap';
import type { NativeContext } from '../native-context';
import { multiply, registerNative } from '../native-context';

const VALUE_BYTES = 4;

/** tfjs's own kernels that are slow or missing in tfjs-wasm. */
export function registerStockOverrides(context: NativeContext): void {
  const { heap, simd } = context;

  // tfjs-wasm copies; a second reference to the same values is enough.
  registerNative('Identity', ({ x }) => heap.share(x!));

  registerNative<{ transposeA: boolean; transposeB: boolean }>('BatchMatMul', ({ a, b }, attributes) =>
    batchMatMul(context, a!, b!, attributes),
  );

  registerNative<{ numSegments: number }>('UnsortedSegmentSum', ({ x, segmentIds }, { numSegments }) => {
    const count = sizeOf(segmentIds!.shape);
    const width = sizeOf(x!.shape) / count;
    const sums = heap.allocateZeros([numSegments, ...x!.shape.slice(segmentIds!.shape.length)]);
    simd.gatherRowsGrad(heap.address(x!), heap.address(segmentIds!), heap.address(sums), count, width);
    return sums;
  });
}

/** Products of matrices over broadcast batch axes; transposed operands cost nothing extra. */
function batchMatMul(
  { heap, gemm }: NativeContext,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA, transposeB }: { readonly transposeA: boolean; readonly transposeB: boolean },
): TensorInfo {
  const [m, k] = swapIf(transposeA, a.shape.slice(-2));
  const [innerB, n] = swapIf(transposeB, b.shape.slice(-2));
  if (k !== innerB) {
    throw new ShapeError(
      `matMul: inner sides must agree, got [${a.shape.join(', ')}] and [${b.shape.join(', ')}]. Transpose one of them.`,
    );
  }
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const batchShape = broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const c = heap.allocate([...batchShape, m, n]);
  for (let i = 0; i < sizeOf(batchShape); i++) {
    multiply(
      gemm,
      { m, n, k },
      {
        a: heap.address(a) + broadcastIndex(i, batchShape, batchA) * m * k * VALUE_BYTES,
        b: heap.address(b) + broadcastIndex(i, batchShape, batchB) * k * n * VALUE_BYTES,
        c: heap.address(c) + i * m * n * VALUE_BYTES,
      },
      { transposeA, transposeB },
    );
  }
  return c;
}

/** Which matrix of an operand with batch axes `from` belongs to matrix `index` of the broadcast batch `shape`. */
function broadcastIndex(index: number, shape: readonly number[], from: readonly number[]): number {
  let rest = index;
  let stride = 1;
  let position = 0;
  for (let axis = 1; axis <= from.length; axis++) {
    const side = shape.at(-axis)!;
    const own = from.at(-axis)!;
    position += own === 1 ? 0 : (rest % side) * stride;
    rest = Math.floor(rest / side);
    stride *= own;
  }
  return position;
}

function swapIf(swap: boolean, [rows, columns]: number[]): [number, number] {
  return swap ? [columns!, rows!] : [rows!, columns!];
}
