import { Random } from '@restok/core';

/**
 * Which pictures a step sees: every epoch is a permutation of its own, drawn from the seed, so that the
 * order needs no state and a resumed run goes on where it was.
 */
export class DataOrder {
  private epoch = -1;
  private order: Uint32Array = new Uint32Array(0);

  constructor(
    private readonly count: number,
    private readonly seed: number,
  ) {}

  /** Indices of batch number `batch` (from 0) of `size` pictures; batches run across epochs. */
  batch(batch: number, size: number): number[] {
    return Array.from({ length: size }, (_, i) => this.at(batch * size + i));
  }

  private at(position: number): number {
    const epoch = Math.floor(position / this.count);
    if (epoch !== this.epoch) {
      this.epoch = epoch;
      this.order = new Random(this.seed).fork(`epoch ${epoch}`).permutation(this.count);
    }
    return this.order[position % this.count]!;
  }
}
