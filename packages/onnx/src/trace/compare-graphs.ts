import type { Initializer, OnnxGraph, OnnxPort } from '../format/onnx-graph';

/** Values that an error shows of a constant. */
const SHOWN_VALUES = 4;

/**
 * Compares two graphs of one function that were traced with different numbers in place of its open sizes. In a graph
 * that is right for every size they are equal, since none of these numbers is in it.
 *
 * @returns the first difference in words, or undefined. Values of parameters are not compared: they are not of the
 *   function.
 */
export function differenceOf(first: OnnxGraph, second: OnnxGraph): string | undefined {
  return differentConstant(first, second) ?? differentNode(first, second) ?? differentPort(first, second);
}

function differentConstant(first: OnnxGraph, second: OnnxGraph): string | undefined {
  const others = new Map(second.initializers.map((initializer) => [initializer.name, initializer]));
  for (const initializer of first.initializers) {
    const other = others.get(initializer.name);
    // One that is missing comes from an operator that differs.
    if (other?.type === initializer.type && !isSame(initializer, other)) {
      const user = first.nodes.find(({ inputs }) => inputs.includes(initializer.name));
      return `${user?.operator ?? 'the function'} takes ${described(initializer)} and then ${described(other)}`;
    }
  }
  return undefined;
}

function isSame(a: Initializer, b: Initializer): boolean {
  if (a.shape.join() !== b.shape.join()) {
    return false;
  }
  if (a.isParameter === true || b.isParameter === true) {
    return a.isParameter === b.isParameter;
  }
  const [own, other] = [a.values(), b.values()];
  if (own === other || own instanceof Promise || other instanceof Promise) {
    return true;
  }
  for (let i = 0; i < own.length; i++) {
    if (!Object.is(own[i], other[i])) {
      return false;
    }
  }
  return true;
}

function described(initializer: Initializer): string {
  const values = initializer.isParameter === true ? [] : initializer.values();
  if (values instanceof Promise || values.length === 0 || values.length > SHOWN_VALUES) {
    return `a constant [${initializer.shape.join(', ')}]`;
  }
  return values.length === 1 ? String(values[0]) : `[${values.join(', ')}]`;
}

function differentNode(first: OnnxGraph, second: OnnxGraph): string | undefined {
  const numNodes = Math.max(first.nodes.length, second.nodes.length);
  for (let i = 0; i < numNodes; i++) {
    const [a, b] = [first.nodes[i], second.nodes[i]];
    if (a === undefined || b === undefined || a.operator !== b.operator) {
      return `${a?.operator ?? 'nothing'} and then ${b?.operator ?? 'nothing'} is operator ${i}`;
    }
    const [given, others] = [JSON.stringify(a.attributes), JSON.stringify(b.attributes)];
    if (given !== others) {
      return `${a.operator} has ${given} and then ${others}`;
    }
    if (a.inputs.join() !== b.inputs.join() || a.outputs.join() !== b.outputs.join()) {
      return `${a.operator} takes ${a.inputs.join(', ')} and then ${b.inputs.join(', ')}`;
    }
  }
  return undefined;
}

function differentPort(first: OnnxGraph, second: OnnxGraph): string | undefined {
  for (const [i, { name, type, shape }] of first.outputs.entries()) {
    const other: OnnxPort | undefined = second.outputs[i];
    if (other?.name !== name || other.type !== type || other.shape.join() !== shape.join()) {
      return `the output ${name} is [${shape.join(', ')}] and then [${other?.shape.join(', ') ?? ''}]`;
    }
  }
  return undefined;
}
