import { kernelNames } from '@restok/ops';
import type { NativeContext } from '../native-context';
import { registerNative } from '../native-context';

/** Cross entropy of rows of logits without a softmax in memory. */
export function registerCrossEntropy(context: NativeContext): void {
  const { heap, simd } = context;

  registerNative(kernelNames.crossEntropy, ({ logits, targets }) => {
    const [rows, width] = logits!.shape as [number, number];
    const losses = heap.allocate([rows]);
    const sums = heap.scratch('crossEntropy', rows);
    const [x, out] = [heap.address(logits!), heap.address(losses)];
    simd.softmaxStatistics(x, out, sums, rows, width);
    const values = heap.floats(x, rows * width);
    const indices = heap.integers(heap.address(targets!), rows);
    const [maximaThenLosses, total] = [heap.floats(out, rows), heap.floats(sums, rows)];
    for (let row = 0; row < rows; row++) {
      const target = values[row * width + indices[row]!]!;
      maximaThenLosses[row] = Math.log(total[row]!) + (maximaThenLosses[row]! - target);
    }
    return losses;
  });

  registerNative(kernelNames.crossEntropyGrad, ({ gradient, logits, targets }) => {
    const [rows, width] = logits!.shape as [number, number];
    const dLogits = heap.allocate(logits!.shape);
    const addresses = [gradient!, logits!, targets!, dLogits].map((tensor) => heap.address(tensor));
    simd.crossEntropyGrad(...addresses, rows, width);
    return dLogits;
  });
}
