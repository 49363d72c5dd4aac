import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedBackend } from '../fused-backend';
import type { KernelTensors } from '../fused-kernel';
import { sizeOf } from '../fused-kernel';
import type { Program } from '../program';
import { reads, writes } from '../program';

const LANES = 64;
/** Values that each lane computes. */
const PER_LANE = 4;

/** What every value of the outputs is made of. */
export interface Elementwise {
  readonly key: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly parameters?: Program['parameters'];
  /** Functions that the body calls. */
  readonly functions?: string;
  /** Statements that set `output[i]` for u32 i. */
  readonly body: string;
}

/** A program of one lane for every few values. */
export function elementwiseProgram(kernel: Elementwise): Program {
  const declarations = [
    ...kernel.inputs.map((name) => [name, reads()] as const),
    ...kernel.outputs.map((name) => [name, writes()] as const),
  ];
  return {
    key: kernel.key,
    buffers: Object.fromEntries(declarations),
    parameters: { ...kernel.parameters, size: 'u32' },
    workgroupSize: LANES,
    code: `
${kernel.functions ?? ''}
fn main(lane: u32, group: u32) {
  for (var part = 0u; part < ${PER_LANE}u; part++) {
    let i = (group * ${PER_LANE}u + part) * ${LANES}u + lane;
    if (i < p.size) {
      ${kernel.body}
    }
  }
}`,
  };
}

/** Workgroups that {@link elementwiseProgram} needs. */
export function elementwiseGroups(size: number): number {
  return Math.ceil(size / (LANES * PER_LANE));
}

/** Runs such a program; outputs have the given shape. */
export function runElementwise(
  backend: FusedBackend,
  kernel: Elementwise,
  inputs: KernelTensors,
  shape: readonly number[],
  parameters: Readonly<Record<string, number>> = {},
): TensorInfo[] {
  const outputs = kernel.outputs.map(() => backend.allocate(shape));
  const named = kernel.outputs.map((name, i) => [name, outputs[i]!] as const);
  const size = sizeOf(shape);
  if (size > 0) {
    backend.run(elementwiseProgram(kernel), {
      tensors: { ...inputs, ...Object.fromEntries(named) },
      parameters: { ...parameters, size },
      groups: elementwiseGroups(size),
    });
  }
  return outputs;
}
