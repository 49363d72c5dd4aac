import type { Parameter } from '@restok/ops';
import type { Checkpointed } from './checkpointed';
import { ModelUpdater } from './model-updater';
import type { MovingWeights } from './moving-weights';
import type { Optimizer } from './optimizer';
import type { UpdateSections } from './training-sections';

/** What trainers of every kind of model share: the model, its updates, and what checkpoints read of them. */
export abstract class ModelTrainer<
  Model extends Checkpointed['model'],
  State extends { readonly step: number },
> implements Checkpointed<State> {
  protected readonly updater: ModelUpdater;
  protected step = 0;

  /** @param model owned by the trainer. */
  protected constructor(
    readonly model: Model,
    config: UpdateSections,
  ) {
    this.updater = new ModelUpdater(model, config);
  }

  get parameters(): readonly [string, Parameter][] {
    return this.updater.parameters;
  }

  get trained(): readonly [string, Parameter][] {
    return this.updater.trained;
  }

  get optimizer(): Optimizer {
    return this.updater.optimizer;
  }

  get movingWeights(): MovingWeights | undefined {
    return this.updater.movingWeights;
  }

  /** Optimizer steps done. */
  get trainStep(): number {
    return this.step;
  }

  abstract get state(): State;
  abstract set state(state: State);
  abstract parseState(stored: unknown): State | undefined;

  dispose(): void {
    this.model.dispose();
    this.updater.dispose();
  }
}
