import { Random } from '@restok/core';
import type { InitializationName, Initializer } from './initializers';
import { initialValues, initializations } from './initializers';
import { Parameter } from './parameter';
import type { ParameterLayout } from './parameter-layout';
import { requireBackend } from './require-backend';

/**
 * A part of a model: parameters and child modules, each registered under its published name, so that the
 * dotted path of a parameter is its name in published files.
 */
export class Module {
  private readonly parameters = new Map<string, Parameter>();
  private readonly children = new Map<string, Module>();

  /** Registers a parameter; `shape` is the published one. */
  protected parameter(
    name: string,
    shape: readonly number[],
    initializer: Initializer,
    layout: ParameterLayout = 'plain',
  ): Parameter {
    const parameter = new Parameter(shape, initializer, layout);
    this.parameters.set(name, parameter);
    return parameter;
  }

  /** Registers a child under a name such as `attn` or `blocks.0`. */
  protected child<T extends Module>(name: string, module: T): T {
    this.children.set(name, module);
    return module;
  }

  /** Every parameter below this module with its published name. */
  *namedParameters(prefix = ''): Generator<[string, Parameter]> {
    for (const [name, parameter] of this.parameters) {
      yield [prefix + name, parameter];
    }
    for (const [name, child] of this.children) {
      yield* child.namedParameters(`${prefix}${name}.`);
    }
  }

  /** This module and all below it. */
  *modules(): Generator<Module> {
    yield this;
    for (const child of this.children.values()) {
      yield* child.modules();
    }
  }

  /**
   * Draws every parameter anew; the same seed gives the same values on every backend.
   *
   * @throws BackendUnavailableError when TensorFlow.js has none yet.
   */
  initialize(seed: number, scheme: InitializationName = 'published'): void {
    requireBackend('initialize');
    const random = new Random(seed);
    for (const [name, parameter] of this.namedParameters()) {
      const stream = random.fork(name);
      parameter.load(
        initialValues(parameter.initializer, parameter.publishedShape, initializations[scheme], stream),
      );
    }
  }

  /** Number of weights below this module. */
  get numParameters(): number {
    let total = 0;
    for (const [, parameter] of this.namedParameters()) {
      total += parameter.size;
    }
    return total;
  }

  /** Frees every parameter below this module. */
  dispose(): void {
    for (const [, parameter] of this.namedParameters()) {
      parameter.dispose();
    }
  }
}
