import type { TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../trace/graph-builder';
import type { Emitter, KernelCall } from './kernel-call';

/** Kernels of one input that ONNX has under some name. */
const UNARY: Readonly<Record<string, string>> = {
  Abs: 'Abs',
  Acos: 'Acos',
  Acosh: 'Acosh',
  Asin: 'Asin',
  Asinh: 'Asinh',
  Atan: 'Atan',
  Atanh: 'Atanh',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Cosh: 'Cosh',
  Elu: 'Elu',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Log: 'Log',
  LogicalNot: 'Not',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Round: 'Round',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tan: 'Tan',
  Tanh: 'Tanh',
};

/** Kernels of two inputs that broadcast. */
const BINARY: Readonly<Record<string, string>> = {
  Add: 'Add',
  Maximum: 'Max',
  Minimum: 'Min',
  Multiply: 'Mul',
  Pow: 'Pow',
  RealDiv: 'Div',
  Sub: 'Sub',
};

const COMPARISONS: Readonly<Record<string, string>> = {
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
};

/** Kernels that ONNX composes of several operators or of other inputs. */
const COMPOSED: Readonly<Record<string, Emitter>> = {
  AddN: (call) => {
    const [first] = call.list() as [TensorInfo];
    const names = call.list().map((input) => call.trace.name(input));
    // Sum takes no whole numbers.
    const name =
      first.dtype === 'float32'
        ? call.graph.node('Sum', names)
        : names.reduce((sum, next) => call.graph.node('Add', [sum, next]));
    return call.output(name, first.shape, first.dtype);
  },
  Cast: (call) => {
    const dtype = call.attribute<'float32' | 'int32' | 'bool'>('dtype');
    const x = call.input('x');
    const to = { float32: 1, int32: 6, bool: 9 }[dtype];
    return x.dtype === dtype
      ? call.trace.alias(x)
      : call.output(call.graph.node('Cast', [call.name('x')], { to }), x.shape, dtype);
  },
  ClipByValue: (call) => {
    const limits = ['clipValueMin', 'clipValueMax'].map((key) =>
      single(call.graph, call.attribute<number>(key), call.input('x').dtype),
    );
    return unaryResult(call, (name) => call.graph.node('Clip', [name, ...limits]));
  },
  Identity: (call) => call.trace.alias(call.input('x')),
  LeakyRelu: (call) =>
    unaryResult(call, (name) =>
      call.graph.node('LeakyRelu', [name], { alpha: { float: call.attribute<number>('alpha') } }),
    ),
  NotEqual: (call) => binary(call, 'Equal', 'bool', (name) => call.graph.node('Not', [name])),
  OnesLike: (call) => filledLike(call, 1),
  Prelu: (call) => {
    const { shape } = call.input('x');
    return call.output(call.graph.node('PRelu', [call.name('x'), call.name('alpha')]), shape);
  },
  Relu6: (call) =>
    unaryResult(call, (name) => call.graph.node('Clip', [name, call.graph.scalar(0), call.graph.scalar(6)])),
  Rsqrt: (call) =>
    unaryResult(call, (name) => call.graph.node('Reciprocal', [call.graph.node('Sqrt', [name])])),
  Select: (call) => {
    const names = ['condition', 't', 'e'].map((key) => call.name(key));
    return call.output(call.graph.node('Where', names), call.input('t').shape, call.input('t').dtype);
  },
  Square: (call) => unaryResult(call, (name) => call.graph.node('Mul', [name, name])),
  SquaredDifference: (call) => binary(call, 'Sub', undefined, (name) => call.graph.node('Mul', [name, name])),
  ZerosLike: (call) => filledLike(call, 0),
};

/** Emitters of kernels that work value by value. */
export const elementwise: Readonly<Record<string, Emitter>> = {
  ...mapped(UNARY, (operator) => (call) => unaryResult(call, (name) => call.graph.node(operator, [name]))),
  ...mapped(BINARY, (operator) => (call) => binary(call, operator)),
  ...mapped(COMPARISONS, (operator) => (call) => binary(call, operator, 'bool')),
  ...COMPOSED,
};

function mapped(
  table: Readonly<Record<string, string>>,
  make: (operator: string) => Emitter,
): Record<string, Emitter> {
  return Object.fromEntries(Object.entries(table).map(([kernel, operator]) => [kernel, make(operator)]));
}

/** One input in, the same shape out, in whichever order of axes the input has. */
function unaryResult(call: KernelCall, operate: (name: string) => string): TensorInfo {
  const x = call.input('x');
  return call.trace.isChannelsFirst(x)
    ? call.trace.outputChannelsFirst(operate(call.trace.channelsFirst(x)), x.shape, x.dtype)
    : call.output(operate(call.trace.name(x)), x.shape, x.dtype);
}

/** Two inputs that broadcast; a picture stays in the order of axes that it has. */
function binary(
  call: KernelCall,
  operator: string,
  dtype?: 'bool',
  after: (name: string) => string = (name) => name,
): TensorInfo {
  const [a, b] = [call.input('a'), call.input('b')];
  const { trace, graph } = call;
  const result = dtype ?? a.dtype;
  const sides = [a, b];
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const isWhole = (side: TensorInfo): boolean => side.shape.join() === shape.join();
  if (shape.length === 4 && sides.some((side) => isWhole(side) && trace.isChannelsFirst(side))) {
    const names = sides.map((side) => channelsFirst(call, side));
    return trace.outputChannelsFirst(after(graph.node(operator, names)), shape, result);
  }
  const names = sides.map((side) => trace.name(side));
  return call.output(after(graph.node(operator, names)), shape, result);
}

/** What is added to a picture `[B, H, W, C]`, for one that is `[B, C, H, W]`: only what has few values is moved. */
function channelsFirst({ trace, graph }: KernelCall, side: TensorInfo): string {
  const { shape } = side;
  if (shape.length === 4) {
    return trace.channelsFirst(side);
  }
  if (shape.length <= 1) {
    const name = trace.name(side);
    return shape.length === 0 || shape[0] === 1
      ? name
      : graph.node('Reshape', [name, graph.integers([-1, 1, 1])]);
  }
  // [H, W, C] and [W, C]
  const name =
    shape.length === 2 ? graph.node('Unsqueeze', [trace.name(side), graph.integers([0])]) : trace.name(side);
  return graph.node('Transpose', [name], { perm: [2, 0, 1] });
}

function filledLike(call: KernelCall, value: number): TensorInfo {
  const { shape, dtype } = call.input('x');
  return call.output(filled(call, shape, value, dtype), shape, dtype);
}

/** A tensor of one value throughout. */
export function filled(
  call: KernelCall,
  shape: readonly number[],
  value: number,
  dtype: TensorInfo['dtype'],
): string {
  const { graph, trace } = call;
  return graph.node('Expand', [single(graph, value, dtype), trace.sizeTensors.shape(shape)]);
}

/** One number `[]` of a type: ONNX takes no other type beside a tensor. */
export function single(graph: GraphBuilder, value: number, dtype: TensorInfo['dtype']): string {
  if (dtype === 'int32') {
    return graph.store('int32', [], Int32Array.of(value));
  }
  return dtype === 'bool' ? graph.store('bool', [], Uint8Array.of(value)) : graph.scalar(value);
}
