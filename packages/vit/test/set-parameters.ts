import type { Module } from '@restok/ops';

/** Sets parameters by published name, values in published order; every other one becomes 0. */
export function setParameters(module: Module, values: Readonly<Record<string, readonly number[]>>): void {
  const unknown = new Set(Object.keys(values));
  for (const [name, parameter] of module.namedParameters()) {
    parameter.load(Float32Array.from(values[name] ?? new Float32Array(parameter.size)));
    unknown.delete(name);
  }
  if (unknown.size > 0) {
    throw new Error(`setParameters: the module has no ${[...unknown].join(', ')}.`);
  }
}

/** The identity of `size` rows, flattened. */
export function identity(size: number): number[] {
  return Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}
