/** A job of the queue: decode what goes by this key. */
export interface DecodeJob {
  readonly key: string;
  readonly mask: Uint8Array;
}

/**
 * Decodes in the background and what is looked at first: a request that is urgent goes before all that wait.
 * Nothing is decoded twice.
 */
export class DecodeQueue<Picture> {
  private readonly done = new Map<string, Picture>();
  private waiting: DecodeJob[] = [];
  /** Keys of the round that is being decoded. */
  private readonly running = new Set<string>();
  private isRunning = false;
  private isClosed = false;

  /**
   * @param decode decodes some masks; several at a time are faster.
   * @param onDecoded called after each round, when something new can be shown.
   * @param onError called when decoding fails; the queue stops then.
   */
  constructor(
    private readonly decode: (masks: readonly Uint8Array[]) => Promise<readonly Picture[]>,
    private readonly onDecoded: () => void,
    private readonly onError: (error: unknown) => void,
    private readonly perRound = 4,
  ) {}

  /** What was decoded for a key, if it was. */
  get(key: string): Picture | undefined {
    return this.done.get(key);
  }

  get numDecoded(): number {
    return this.done.size;
  }

  /** Asks for pictures, the first first; urgent ones go before what waits already. */
  request(jobs: readonly DecodeJob[], urgency: 'urgent' | 'later' = 'later'): void {
    const wanted = jobs.filter(({ key }) => !this.done.has(key) && !this.running.has(key));
    const keys = new Set(wanted.map(({ key }) => key));
    const others = this.waiting.filter(({ key }) => !keys.has(key));
    this.waiting =
      urgency === 'urgent'
        ? [...wanted, ...others]
        : [...this.waiting, ...wanted.filter((job) => !this.waits(job))];
    if (!this.isRunning && !this.isClosed) {
      void this.run();
    }
  }

  /** Nothing is decoded any more. */
  close(): void {
    this.isClosed = true;
    this.waiting = [];
  }

  private waits({ key }: DecodeJob): boolean {
    return this.waiting.some((job) => job.key === key);
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    try {
      while (this.waiting.length > 0) {
        // One alone is there soonest; the background goes in rounds.
        const round = this.waiting.splice(0, this.done.size === 0 ? 1 : this.perRound);
        round.forEach(({ key }) => this.running.add(key));
        const pictures = await this.decode(round.map(({ mask }) => mask));
        round.forEach(({ key }, i) => this.done.set(key, pictures[i]!));
        this.running.clear();
        if (!this.isClosed) {
          this.onDecoded();
        }
      }
    } catch (error) {
      this.waiting = [];
      this.running.clear();
      this.onError(error);
    } finally {
      this.isRunning = false;
    }
  }
}

/** A key for a mask. */
export function maskKey(mask: Uint8Array): string {
  return mask.join('');
}
