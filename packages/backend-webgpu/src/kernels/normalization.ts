import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames } from '@restok/ops';
import type { FusedBackend } from '../fused-backend';
import type { KernelTensors } from '../fused-kernel';
import { registerFused, sizeOf } from '../fused-kernel';
import type { Program } from '../program';
import { reads, writes } from '../program';
import { columnSums } from './column-sums';
import { ROW_LANES, WORKGROUP_SUM } from './workgroup-sum';

const ROWS = { width: 'u32', epsilon: 'f32' } as const;

/** Loops over a row's values, lane by lane. */
const overRow = (body: string): string => `for (var i = lane; i < p.width; i += ${ROW_LANES}u) { ${body} }`;

/** Mean and inverse deviation of a row of x, in two passes. */
const LAYER_STATISTICS = `
  let start = group * p.width;
  var sum = 0.0;
  ${overRow('sum += x[start + i];')}
  let mean = total(sum, lane) / f32(p.width);
  var squares = 0.0;
  ${overRow('let centred = x[start + i] - mean; squares += centred * centred;')}
  let inverse = inverseSqrt(total(squares, lane) / f32(p.width) + p.epsilon);`;

/** The same for RMSNorm, which does not centre. */
const ROOT_STATISTICS = `
  let start = group * p.width;
  var squares = 0.0;
  ${overRow('squares += x[start + i] * x[start + i];')}
  let mean = 0.0;
  let inverse = inverseSqrt(total(squares, lane) / f32(p.width) + p.epsilon);`;

const layerNorm: Program = {
  key: 'layerNorm',
  buffers: { x: reads(), gain: reads(), shift: reads(), y: writes() },
  parameters: ROWS,
  workgroupSize: ROW_LANES,
  code: `${WORKGROUP_SUM}
fn main(lane: u32, group: u32) {
  ${LAYER_STATISTICS}
  ${overRow('y[start + i] = (x[start + i] - mean) * inverse * gain[i] + shift[i];')}
}`,
};

const rmsNorm: Program = {
  key: 'rmsNorm',
  buffers: { x: reads(), gain: reads(), y: writes() },
  parameters: ROWS,
  workgroupSize: ROW_LANES,
  code: `${WORKGROUP_SUM}
fn main(lane: u32, group: u32) {
  ${ROOT_STATISTICS}
  ${overRow('y[start + i] = x[start + i] * inverse * gain[i];')}
}`,
};

/** dx, and what each row adds to the gradient of the gain. `centres` is whether the mean was taken off. */
const normGrad = (key: string, statistics: string, centres: boolean): Program => ({
  key,
  buffers: { gradient: reads(), x: reads(), gain: reads(), dx: writes(), share: writes() },
  parameters: ROWS,
  workgroupSize: ROW_LANES,
  code: `${WORKGROUP_SUM}
fn main(lane: u32, group: u32) {
  ${statistics}
  var plain = 0.0;
  var along = 0.0;
  ${overRow(`
    let d = gradient[start + i] * gain[i];
    let normalized = (x[start + i] - mean) * inverse;
    plain += d;
    along += d * normalized;`)}
  let meanPlain = ${centres ? 'total(plain, lane) / f32(p.width)' : '0.0'};
  let meanAlong = total(along, lane) / f32(p.width);
  ${overRow(`
    let normalized = (x[start + i] - mean) * inverse;
    dx[start + i] = (gradient[start + i] * gain[i] - meanPlain - normalized * meanAlong) * inverse;
    share[start + i] = gradient[start + i] * normalized;`)}
}`,
});

const layerNormGrad = normGrad('layerNormGrad', LAYER_STATISTICS, true);
const rmsNormGrad = normGrad('rmsNormGrad', ROOT_STATISTICS, false);

interface NormOptions {
  readonly epsilon: number;
}

/** LayerNorm and RMSNorm over the last axis, a workgroup for each row, with their gradients. */
export function registerNormalization(): void {
  registerFused<NormOptions>(kernelNames.layerNorm, (backend, inputs, { epsilon }) =>
    normalize(backend, layerNorm, inputs, epsilon),
  );
  registerFused<NormOptions>(kernelNames.rmsNorm, (backend, inputs, { epsilon }) =>
    normalize(backend, rmsNorm, inputs, epsilon),
  );
  registerFused<NormOptions>(kernelNames.layerNormGrad, (backend, inputs, { epsilon }) => {
    const { rows, width } = rowsOf(inputs.x!);
    const gradients = differentiate(backend, layerNormGrad, inputs, epsilon);
    return [...gradients, columnSums(backend, inputs.gradient!, rows, width)];
  });
  registerFused<NormOptions>(kernelNames.rmsNormGrad, (backend, inputs, { epsilon }) =>
    differentiate(backend, rmsNormGrad, inputs, epsilon),
  );
}

function normalize(
  backend: FusedBackend,
  program: Program,
  inputs: KernelTensors,
  epsilon: number,
): TensorInfo {
  const { rows, width } = rowsOf(inputs.x!);
  const y = backend.allocate(inputs.x!.shape);
  backend.run(program, { tensors: { ...inputs, y }, parameters: { width, epsilon }, groups: rows });
  return y;
}

/** [dx, dGain]. */
function differentiate(
  backend: FusedBackend,
  program: Program,
  inputs: KernelTensors,
  epsilon: number,
): TensorInfo[] {
  const { rows, width } = rowsOf(inputs.x!);
  const dx = backend.allocate(inputs.x!.shape);
  const share = backend.allocate([rows, width]);
  backend.run(program, {
    tensors: { ...inputs, dx, share },
    parameters: { width, epsilon },
    groups: rows,
  });
  const dGain = columnSums(backend, share, rows, width);
  backend.disposeData(share.dataId);
  return [dx, dGain];
}

function rowsOf({ shape }: TensorInfo): { rows: number; width: number } {
  const width = shape.at(-1)!;
  return { rows: sizeOf(shape) / width, width };
}
