import type { GuidanceScheduleName } from '@restok/generator';
import type { GeneratorOptions, PairSizes } from '../load-generator';
import { checkPngName } from '../output-files';
import { UsageError } from '../usage-error';

/** How pictures are drawn. */
export interface SamplingChoices {
  readonly guidance: number;
  readonly schedule: GuidanceScheduleName;
  readonly start?: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  /** First levels that are kept of a given picture. */
  readonly keepLevels?: readonly number[];
}

/** What `restok generate` and its shards need to know. */
export interface GenerateBasics extends GeneratorOptions, SamplingChoices {
  /** Names or numbers; in shards all classes in turn when left out. */
  readonly class?: readonly string[];
  /** A data set of whose pictures' classes the pictures are, in the place of `class` and `count`. */
  readonly like?: string;
  /** Pictures of each class, or of all where no class is named. */
  readonly count: number;
  readonly seed: number;
  readonly out: string;
}

/** What the command line of `restok generate` says. */
export interface GenerateOptions extends GenerateBasics {
  readonly grid?: string;
  readonly previews: boolean;
  readonly from?: string;
}

/** Schedules that begin to guide at a share of the latents. */
const SCHEDULES_WITH_START: readonly GuidanceScheduleName[] = ['step', 'rectangular'];

/** What one process holds in memory at once, and `readNpz` takes. */
const MAX_NPZ_BYTES = 2 * 2 ** 30;

/** Grids are for looking at. */
const MAX_GRID_PIXELS = 1e8;
const MAX_GRID_WIDTH = 30_000;

/** Whether pictures go into one .npz. */
export function isNpz(path: string): boolean {
  return /\.npz$/i.test(path);
}

/**
 * Checks options that contradict each other whatever the models are.
 *
 * @throws UsageError.
 */
export function checkCombination(options: GenerateOptions): void {
  const { out, grid, previews, from, keepLevels, like } = options;
  checkStart(options);
  checkLike(options);
  if (options.class === undefined && like === undefined) {
    throw new UsageError(
      'restok: --class is missing. Name classes, give --like and a data set, or generate all classes in turn with --shard or --queue.',
    );
  }
  if (like !== undefined && (grid !== undefined || previews || from !== undefined)) {
    throw new UsageError(
      'restok: --like takes no --grid, --previews or --from. Leave them out, or name classes.',
    );
  }
  if (grid !== undefined) {
    checkPngName(grid);
  }
  if (isNpz(out) && previews) {
    throw new UsageError('restok: --previews needs a folder as --out, got a .npz. Name a folder.');
  }
  if ((from === undefined) !== (keepLevels === undefined)) {
    throw new UsageError(
      'restok: --from and --keep-levels need each other. Give both, for instance --from a.png --keep-levels 0-3.',
    );
  }
}

/**
 * Checks options of shards that contradict each other.
 *
 * @throws UsageError.
 */
export function checkShardOptions(options: GenerateOptions): void {
  const { grid, previews, from, keepLevels, out } = options;
  checkStart(options);
  checkLike(options);
  if (grid !== undefined || previews || from !== undefined || keepLevels !== undefined) {
    throw new UsageError(
      'restok: shards take no --grid, --previews, --from or --keep-levels. Leave them out, or generate without shards.',
    );
  }
  if (isNpz(out)) {
    throw new UsageError(
      'restok: shards need a folder as --out, got a .npz. Name a folder; restok merge makes samples.npz in it.',
    );
  }
}

function checkLike({ like, class: classes, count }: GenerateOptions): void {
  if (like !== undefined && (classes !== undefined || count !== 1)) {
    throw new UsageError(
      'restok: --like takes no --class or --count: it makes one picture for each of the data. Leave out one or the other.',
    );
  }
}

function checkStart({ schedule, start }: SamplingChoices): void {
  if (start !== undefined && !SCHEDULES_WITH_START.includes(schedule)) {
    throw new UsageError(
      `restok: --start needs --schedule ${SCHEDULES_WITH_START.join(' or ')}, got ${schedule}. Leave it out or name one of them.`,
    );
  }
}

/**
 * Checks options against the generator.
 *
 * @returns leading latents that are kept.
 * @throws UsageError.
 */
export function checkAgainstGenerator(
  { guidance, keepLevels }: SamplingChoices,
  { generator, tokenizer }: PairSizes,
): number {
  if (guidance !== 1 && generator.nullLabel === undefined) {
    throw new UsageError(
      `restok: --guidance must be 1 for this generator, which was trained without dropping classes, got ${guidance}. Leave it out.`,
    );
  }
  return keepLevels === undefined ? 0 : latentsOfLevels(keepLevels, tokenizer.schedule.levelSizes);
}

/**
 * How many latents levels hold that are the first ones.
 *
 * @param levels in ascending order.
 * @throws UsageError when they are not the first, or more than there are.
 */
export function latentsOfLevels(levels: readonly number[], levelSizes: readonly number[]): number {
  const last = levelSizes.length - 1;
  const beyond = levels.find((level) => level > last);
  if (beyond !== undefined) {
    throw new UsageError(
      `restok: --keep-levels must be in 0-${last}, the levels of this model, got ${beyond}. Name others; restok info shows them.`,
    );
  }
  if (levels.some((level, i) => level !== i)) {
    throw new UsageError(
      `restok: --keep-levels must be the first levels without a gap, for instance 0-${Math.max(...levels)}, got ${levels.join(', ')}. A level is generated from those before it.`,
    );
  }
  return levelSizes.slice(0, levels.length).reduce((sum, size) => sum + size, 0);
}

/** @throws UsageError when one process cannot hold that many pictures for an archive. */
export function checkNpzSize(numPictures: number, size: number): void {
  const most = Math.floor(MAX_NPZ_BYTES / (size * size * 3));
  if (numPictures > most) {
    throw new UsageError(
      `restok: one process makes a .npz of at most ${most} pictures of this size, got ${numPictures}. Divide the work with --shard, into more parts.`,
    );
  }
}

/** @throws UsageError when a grid would be too large to look at. */
export function checkGridSize(rows: number, columns: number, cell: number): void {
  const mostColumns = Math.floor(MAX_GRID_WIDTH / cell);
  const mostCells = Math.floor(MAX_GRID_PIXELS / cell ** 2);
  if (columns > mostColumns || rows * columns > mostCells) {
    throw new UsageError(
      `restok: --grid shows at most ${mostCells} pictures and ${mostColumns} in a row, got ${rows} rows of ${columns}. Generate fewer pictures or leave it out.`,
    );
  }
}
