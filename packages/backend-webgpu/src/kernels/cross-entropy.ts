import { kernelNames } from '@restok/ops';
import { registerFused } from '../fused-kernel';
import type { Program } from '../program';
import { reads, writes } from '../program';
import { ROW_LANES, WORKGROUP_MAXIMUM, WORKGROUP_SUM } from './workgroup-sum';

/** Loops over a row's logits, lane by lane. */
const overRow = (body: string): string =>
  `for (var i = start + lane; i < start + p.width; i += ${ROW_LANES}u) { ${body} }`;

/** A workgroup has a row: its largest logit, and the sum of the exponentials of what they are below it. */
const ROW_STATISTICS = `
  let start = group * p.width;
  var top = logits[start];
  ${overRow('top = max(top, logits[i]);')}
  let largest = highest(top, lane);
  var part = 0.0;
  ${overRow('part += exp(logits[i] - largest);')}
  let sum = total(part, lane);`;

const loss: Program = {
  key: 'crossEntropy',
  buffers: { logits: reads(), targets: reads('i32'), losses: writes() },
  parameters: { width: 'u32' },
  workgroupSize: ROW_LANES,
  code: `${WORKGROUP_SUM}${WORKGROUP_MAXIMUM}
fn main(lane: u32, group: u32) {
  ${ROW_STATISTICS}
  if (lane == 0u) {
    losses[group] = log(sum) + (largest - logits[start + u32(targets[group])]);
  }
}`,
};

const lossGrad: Program = {
  key: 'crossEntropyGrad',
  buffers: { gradient: reads(), logits: reads(), targets: reads('i32'), dLogits: writes() },
  parameters: { width: 'u32' },
  workgroupSize: ROW_LANES,
  code: `${WORKGROUP_SUM}${WORKGROUP_MAXIMUM}
fn main(lane: u32, group: u32) {
  ${ROW_STATISTICS}
  let place = start + u32(targets[group]);
  ${overRow(`
    let share = exp(logits[i] - largest) / sum;
    dLogits[i] = gradient[group] * (share - select(0.0, 1.0, i == place));`)}
}`,
};

/** Cross entropy and its gradient, a workgroup for each row, without probabilities in memory. */
export function registerCrossEntropy(): void {
  registerFused(kernelNames.crossEntropy, (backend, { logits, targets }) => {
    const [rows, width] = logits!.shape as [number, number];
    const losses = backend.allocate([rows]);
    const tensors = { logits: logits!, targets: targets!, losses };
    backend.run(loss, { tensors, parameters: { width }, groups: rows });
    return losses;
  });

  registerFused(kernelNames.crossEntropyGrad, (backend, { gradient, logits, targets }) => {
    const [rows, width] = logits!.shape as [number, number];
    const dLogits = backend.allocate([rows, width]);
    const tensors = { gradient: gradient!, logits: logits!, targets: targets!, dLogits };
    backend.run(lossGrad, { tensors, parameters: { width }, groups: rows });
    return dLogits;
  });
}
