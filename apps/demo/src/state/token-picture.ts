import { signal } from '@preact/signals';
import { loadedEngine } from '../engine/engine-client';
import type { PagePicture } from '../engine/engine-api';
import { DecodeQueue, maskKey } from './decode-queue';
import { decodeOrder, maskOf } from './levels';
import { showProblem } from './problem';

/** Pictures of larger models are not decoded ahead for every number of latents, which would fill the memory. */
const LARGEST_SIDE_AHEAD = 128;
const NOTHING_OFF: ReadonlySet<number> = new Set();

/** A picture by its latents, with everything that was decoded of it. */
export class TokenPicture {
  /** Rises when something new is decoded; read it to be told. */
  readonly version = signal(0);
  private readonly queue: DecodeQueue<PagePicture>;
  private last: PagePicture | undefined;

  /**
   * @param name for people.
   * @param original what was encoded; a picture that came as a link has none.
   */
  constructor(
    readonly name: string,
    readonly indices: Int32Array,
    readonly levelSizes: readonly number[],
    readonly original?: PagePicture,
  ) {
    this.queue = new DecodeQueue<PagePicture>(
      async (masks) => (await loadedEngine()).decode(this.indices, [...masks]),
      () => (this.version.value += 1),
      showProblem,
    );
  }

  /** The picture of a mask if it is there; otherwise it is asked for and the one shown last stays. */
  show(mask: Uint8Array): PagePicture | undefined {
    const exact = this.exact(mask);
    if (exact === undefined) {
      this.ask(mask);
      return this.last;
    }
    this.last = exact;
    return exact;
  }

  /** Asks for the picture of a mask, before everything that is decoded ahead. */
  ask(mask: Uint8Array): void {
    this.queue.request([{ key: maskKey(mask), mask }], 'urgent');
  }

  /** The picture of a mask if it is there. */
  exact(mask: Uint8Array): PagePicture | undefined {
    return this.queue.get(maskKey(mask));
  }

  /** Decodes what every number of kept latents gives, so that the strip follows at once. */
  decodeAhead(numbers: readonly number[] = decodeOrder(this.levelSizes)): void {
    const side = this.original?.side ?? 0;
    const wanted = side > LARGEST_SIDE_AHEAD ? numbers.slice(0, this.levelSizes.length) : numbers;
    this.queue.request(
      wanted.map((kept) => {
        const mask = maskOf(this.levelSizes, { kept, off: NOTHING_OFF });
        return { key: maskKey(mask), mask };
      }),
    );
  }

  /** Stops decoding. */
  close(): void {
    this.queue.close();
  }
}
