import { writeSafetensors } from '@restok/hub/node';
import { inceptionTensors } from '@restok/metrics/inception';

/** Writes an Inception network of random weights that let signals through, one seed for all. */
export async function writeRandomInception(path: string): Promise<void> {
  let state = 1;
  const values = (name: string, shape: readonly number[]): Float32Array => {
    const size = shape.reduce((product, side) => product * side, 1);
    if (shape.length === 1) {
      return new Float32Array(size).fill(/weight|running_var/.test(name) ? 1 : 0);
    }
    const bound = Math.sqrt((6 * shape[0]!) / size);
    const drawn = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      drawn[i] = bound * (state / 2 ** 31 - 1);
    }
    return drawn;
  };
  const tensors = [...inceptionTensors('torchvision')].map(([name, shape]) => ({
    name,
    shape,
    values: () => Promise.resolve(values(name, shape)),
  }));
  await writeSafetensors(path, tensors);
}
