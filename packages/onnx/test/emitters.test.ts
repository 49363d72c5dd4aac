import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, useTestBackend } from '@restok/testing';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { emitters } from '../src/emitters';
import type { OnnxGraph } from '../src/format/onnx-graph';
import { encodeOnnx } from '../src/save-onnx';
import { TRACING_BACKEND } from '../src/trace/tracing-backend';
import type { SymbolicInput } from '../src/trace-to-onnx';
import { traceToOnnx } from '../src/trace-to-onnx';
import { arrayCases } from './emitter-cases/array-cases';
import { elementwiseCases } from './emitter-cases/elementwise-cases';
import type { EmitterCase, EmitterCases } from './emitter-cases/emitter-case';
import { pictureCases } from './emitter-cases/picture-cases';
import { transformerCases } from './emitter-cases/transformer-cases';

/** Both compute in single precision, in another order and with other approximations of exp and erf. */
const TOLERANCE = 1e-5;

const cases: EmitterCases = { ...elementwiseCases, ...arrayCases, ...pictureCases, ...transformerCases };

/** Every case with the kernel that it is of. */
const rows = Object.entries(cases).flatMap(([kernel, list]) =>
  list.map((entry): [string, EmitterCase] => [`${kernel} ${entry.about ?? ''}`.trim(), entry]),
);

function forget(kernel: string): void {
  if (tf.getKernel(kernel, TRACING_BACKEND) != null) {
    tf.unregisterKernel(kernel, TRACING_BACKEND);
  }
}

function traced({ x, run }: EmitterCase): { graph: OnnxGraph; values: tf.Tensor } {
  const values = x();
  const shape: SymbolicInput['shape'] = ['n', ...values.shape.slice(1)];
  const graph = traceToOnnx(
    (symbols) => ({ y: run(symbols.input('x'), symbols.size('capacity')) }),
    { x: { shape, dtype: values.dtype as 'float32' | 'int32' } },
    { sizes: ['capacity'], integersReadAsZero: true },
  );
  return { graph, values };
}

describe('emitters', () => {
  beforeAll(() => useTestBackend('cpu'));
  afterEach(() => vi.restoreAllMocks());

  it('have a case each', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(emitters).sort());
    expect(Object.entries(cases).filter(([, list]) => list.length === 0)).toEqual([]);
  });

  it.each(rows)('%s: ONNX Runtime gives what TensorFlow.js gives', async (name, entry) => {
    const kernel = name.split(' ')[0]!;
    const emit = vi.spyOn(emitters as Record<string, (typeof emitters)[string]>, kernel);
    // The kernel is registered anew, with the watched emitter.
    forget(kernel);
    const { graph, values } = traced(entry);
    expect(emit).toHaveBeenCalled();
    forget(kernel);

    const session = await InferenceSession.create(await encodeOnnx(graph), { logSeverityLevel: 4 });
    const given = values.dataSync() as Float32Array | Int32Array;
    const { y } = await session.run({
      x: new OrtTensor(values.dtype as 'float32', given as Float32Array, values.shape),
    });
    const expected = (entry.reference ?? ((x: tf.Tensor) => entry.run(x, 0)))(values);
    expect(y!.dims).toEqual(expected.shape);
    expect(y!.type).toBe(expected.dtype);
    if (expected.dtype === 'float32') {
      expectClose(y!.data as Float32Array, expected, TOLERANCE);
    } else {
      expect([...(y!.data as Int32Array)]).toEqual([...expected.dataSync()]);
    }
    await session.release();
  });
});
