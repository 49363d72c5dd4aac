import { z } from 'zod';

/** Counts of codes as checkpoints hold them. */
export const codeCountsState = z.object({
  /** How often each code was chosen since the window began. */
  codeCounts: z.array(z.number()).readonly(),
  recentUsage: z.number(),
});

export type CodeCountsState = Readonly<z.infer<typeof codeCountsState>>;

/** How often each code of a codebook was chosen within a window of steps. */
export class CodeCounts {
  /** Share of the codebook that was chosen in the window before. */
  recentUsage = 0;
  private counts: Uint32Array;

  constructor(codebookSize: number) {
    this.counts = new Uint32Array(codebookSize);
  }

  get state(): CodeCountsState {
    return { codeCounts: [...this.counts], recentUsage: this.recentUsage };
  }

  set state({ codeCounts, recentUsage }: CodeCountsState) {
    this.counts = Uint32Array.from(codeCounts);
    this.recentUsage = recentUsage;
  }

  /** @param indices in 0 ... codebookSize - 1. */
  add(indices: Iterable<number>): void {
    for (const index of indices) {
      this.counts[index]! += 1;
    }
  }

  /** Ends a window and begins the next. Returns the codes that were not chosen in it. */
  endWindow(): number[] {
    const unused = [...this.counts.keys()].filter((code) => this.counts[code] === 0);
    this.recentUsage = 1 - unused.length / this.counts.length;
    this.counts.fill(0);
    return unused;
  }
}
