import type { Tensor } from '@tensorflow/tfjs-core';
import type { Parameter } from '@restok/ops';
import { movingAverage } from '@restok/ops';
import { keep, mul, tidy } from '@tensorflow/tfjs-core';

/** How fast the moving average follows. */
export interface MovingAverageOptions {
  readonly decay: number;
  readonly minDecay?: number;
  readonly updateAfterStep?: number;
  /** 1 - (1 + t)^(-2/3) instead of (1 + t) / (10 + t). */
  readonly useWarmup?: boolean;
}

/** Power of the warm-up variant. */
const WARMUP_POWER = 2 / 3;

/**
 * The decay after a number of optimizer steps: 0 at first, then min((1 + t) / (10 + t), decay).
 *
 * @source method.md, section 8.
 */
export function movingAverageDecay(optimizationStep: number, options: MovingAverageOptions): number {
  const step = Math.max(0, optimizationStep - (options.updateAfterStep ?? 0) - 1);
  if (step <= 0) {
    return 0;
  }
  const rising = options.useWarmup === true ? 1 - (1 + step) ** -WARMUP_POWER : (1 + step) / (10 + step);
  return Math.max(Math.min(rising, options.decay), options.minDecay ?? 0);
}

/** Moving averages of a model's parameters, under the same names. */
export class MovingWeights {
  private readonly averages = new Map<string, Tensor>();

  constructor(
    private readonly parameters: readonly [string, Parameter][],
    private readonly options: MovingAverageOptions,
  ) {
    for (const [name, parameter] of parameters) {
      // A value of its own: backends update it in place.
      this.averages.set(
        name,
        tidy(() => keep(mul(parameter.value, 1))),
      );
    }
  }

  /** Follows the parameters after optimizer step `step`, counted from 1. */
  update(step: number): void {
    const decay = movingAverageDecay(step, this.options);
    for (const [name, parameter] of this.parameters) {
      this.averages.set(name, keep(movingAverage(this.averages.get(name)!, parameter.value, decay)));
    }
  }

  /** Whether there is an average of a parameter. */
  follows(name: string): boolean {
    return this.averages.has(name);
  }

  /** The average of one parameter that it follows, owned by this object. */
  average(name: string): Tensor {
    return this.averages.get(name)!;
  }

  /** Takes ownership of a new average; that of a parameter which it does not follow is dropped. */
  restore(name: string, value: Tensor): void {
    const previous = this.averages.get(name);
    if (previous === undefined) {
      value.dispose();
      return;
    }
    previous.dispose();
    this.averages.set(name, keep(value));
  }

  /** Runs with the averages in the model's place; the parameters come back whatever happens. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.exchange();
    try {
      return await run();
    } finally {
      this.exchange();
    }
  }

  dispose(): void {
    this.averages.forEach((average) => average.dispose());
    this.averages.clear();
  }

  private exchange(): void {
    for (const [name, parameter] of this.parameters) {
      const average = this.averages.get(name)!;
      this.averages.set(name, parameter.value);
      parameter.replaceConsumed(average);
    }
  }
}
