import { createRequire } from 'node:module';
import { BackendUnavailableError } from '@restok/core';
import type { Heap } from '../heap';
import type { Gemm, GemmCall } from './gemm';

/** The parts of onnxruntime-node's private binding that are used; version 1.30.0 is pinned for it. */
interface OrtSession {
  loadModel(bytes: ArrayBuffer, offset: number, length: number, options: object): void;
  run(feeds: Record<string, unknown>, fetches: Record<string, unknown>, options: object): unknown;
}
interface OrtBinding {
  readonly binding: { readonly InferenceSession: new () => OrtSession };
  initOrt(): void;
}
interface OrtCommon {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => unknown;
}

/**
 * Matrix products by ONNX Runtime's native binding, called on heap memory without a copy. Operands whose rows
 * do not follow each other directly are packed first.
 *
 * @throws BackendUnavailableError when onnxruntime-node is not installed or hides its binding.
 */
export function ortGemm(heap: Heap, threads: number): Gemm {
  const { InferenceSession, Tensor } = loadOrt();
  const sessions = new Map<string, OrtSession>();

  const sessionOf = (transposeA: boolean, transposeB: boolean): OrtSession => {
    const key = `${transposeA} ${transposeB}`;
    let session = sessions.get(key);
    if (session === undefined) {
      session = new InferenceSession();
      const model = matMulModel(transposeA, transposeB);
      session.loadModel(model.buffer as ArrayBuffer, model.byteOffset, model.byteLength, {
        intraOpNumThreads: threads,
        graphOptimizationLevel: 'all',
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      sessions.set(key, session);
    }
    return session;
  };

  return {
    name: 'ort',
    library: 'onnxruntime-node 1.30.0',
    threads,
    run(call: GemmCall): void {
      const { transposeA, transposeB, m, n, k } = call;
      const rowsA = transposeA ? k : m;
      const columnsA = transposeA ? m : k;
      const rowsB = transposeB ? n : k;
      const columnsB = transposeB ? k : n;
      const isPlain = call.alpha === 1 && call.beta === 0 && call.ldc === n;
      // Room for packed operands first: allocating later would invalidate the views.
      const a = call.lda === columnsA ? call.a : heap.scratch('ortA', rowsA * columnsA);
      const b = call.ldb === columnsB ? call.b : heap.scratch('ortB', rowsB * columnsB);
      const c = isPlain ? call.c : heap.scratch('ortC', m * n);
      packRows(heap, call.a, call.lda, a, rowsA, columnsA);
      packRows(heap, call.b, call.ldb, b, rowsB, columnsB);
      sessionOf(transposeA, transposeB).run(
        {
          a: new Tensor('float32', heap.floats(a, rowsA * columnsA), [rowsA, columnsA]),
          b: new Tensor('float32', heap.floats(b, rowsB * columnsB), [rowsB, columnsB]),
        },
        { c: new Tensor('float32', heap.floats(c, m * n), [m, n]) },
        {},
      );
      if (!isPlain) {
        accumulate(heap, c, call);
      }
    },
  };
}

function loadOrt(): { InferenceSession: new () => OrtSession; Tensor: OrtCommon['Tensor'] } {
  const require = createRequire(import.meta.url);
  try {
    const { binding, initOrt } = require('onnxruntime-node/dist/binding.js') as OrtBinding;
    initOrt();
    const { Tensor } = createRequire(require.resolve('onnxruntime-node'))('onnxruntime-common') as OrtCommon;
    return { InferenceSession: binding.InferenceSession, Tensor };
  } catch {
    throw new BackendUnavailableError(
      'ortGemm: onnxruntime-node is not installed. Run: npm install onnxruntime-node@1.30.0',
    );
  }
}

/** Copies strided rows together; does nothing where they already are. */
function packRows(heap: Heap, from: number, stride: number, to: number, rows: number, columns: number): void {
  if (from === to) {
    return;
  }
  const source = heap.floats(from, (rows - 1) * stride + columns);
  const target = heap.floats(to, rows * columns);
  for (let row = 0; row < rows; row++) {
    target.set(source.subarray(row * stride, row * stride + columns), row * columns);
  }
}

/** C = alpha · product + beta · C. */
function accumulate(heap: Heap, product: number, { m, n, alpha, beta, c, ldc }: GemmCall): void {
  const values = heap.floats(product, m * n);
  const target = heap.floats(c, (m - 1) * ldc + n);
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      const at = row * ldc + column;
      const kept = beta === 0 ? 0 : beta * target[at]!;
      target[at] = alpha * values[row * n + column]! + kept;
    }
  }
}

/**
 * An ONNX model of one node, c = op(a) op(b), with free sizes.
 *
 * @source The ONNX protobuf schema, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (field numbers).
 */
function matMulModel(transposeA: boolean, transposeB: boolean): Uint8Array {
  const attribute = (name: string, value: number): number[] =>
    field(5, [...text(1, name), ...integer(3, value), ...integer(20, 2)]);
  const node = [
    ...text(1, 'a'),
    ...text(1, 'b'),
    ...text(2, 'c'),
    ...text(4, 'FusedMatMul'),
    ...attribute('transA', Number(transposeA)),
    ...attribute('transB', Number(transposeB)),
    ...text(7, 'com.microsoft'),
  ];
  const matrixOf = (name: string): number[] => {
    const dimension = (axis: string): number[] => field(1, text(2, `${name}${axis}`));
    const shape = field(2, [...dimension('0'), ...dimension('1')]);
    return [...text(1, name), ...field(2, field(1, [...integer(1, 1), ...shape]))];
  };
  const graph = [
    ...field(1, node),
    ...text(2, 'product'),
    ...field(11, matrixOf('a')),
    ...field(11, matrixOf('b')),
    ...field(12, matrixOf('c')),
  ];
  const opset = (domain: string, version: number): number[] =>
    field(8, [...(domain === '' ? [] : text(1, domain)), ...integer(2, version)]);
  return Uint8Array.from([
    ...integer(1, 8),
    ...field(7, graph),
    ...opset('', 17),
    ...opset('com.microsoft', 1),
  ]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return [...bytes, rest];
}

function integer(number: number, value: number): number[] {
  return [...varint(number << 3), ...varint(value)];
}

function field(number: number, bytes: readonly number[]): number[] {
  return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
}

function text(number: number, value: string): number[] {
  return field(number, [...new TextEncoder().encode(value)]);
}
