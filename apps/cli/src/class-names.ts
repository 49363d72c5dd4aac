import { UsageError } from './usage-error';

/** A class of a generator. */
export interface NamedClass {
  readonly label: number;
  /** Its name, or its number where the generator has no names. */
  readonly name: string;
}

/** What a generator says of its classes. */
export interface ClassList {
  readonly numClasses: number;
  /** One for each class, where the generator has names. */
  readonly names?: readonly string[];
}

const MAX_SUGGESTIONS = 3;

/** A name is suggested when at most this share of its letters, or of those that were typed, must change. */
const NEAR_SHARE = 1 / 3;

/** A beginning that two names share suggests one for the other from so many letters on. */
const SHARED_BEGINNING = 3;

/**
 * Finds the classes that --class lists by name or number, each once and in the order given.
 *
 * @throws UsageError for a number out of range, and for an unknown name with the names nearest to it.
 */
export function findClasses(wanted: readonly string[], classes: ClassList): NamedClass[] {
  return namedClasses(
    wanted.map((text) => findLabel(text, classes)),
    classes,
  );
}

/** The classes of some labels, each once and in the order given. */
export function namedClasses(labels: readonly number[], { names }: ClassList): NamedClass[] {
  return [...new Set(labels)].map((label) => ({ label, name: names?.[label] ?? String(label) }));
}

function findLabel(text: string, { numClasses, names }: ClassList): number {
  const named = names?.indexOf(text) ?? -1;
  if (named >= 0) {
    return named;
  }
  if (/^[+-]?\d+$/.test(text)) {
    const label = Number(text);
    if (label < 0 || label >= numClasses) {
      throw new UsageError(
        `restok: --class must be in 0-${numClasses - 1}, the classes of this generator, got ${text}. Name another; restok info lists them.`,
      );
    }
    return label;
  }
  if (names === undefined) {
    throw new UsageError(
      `restok: --class must be in 0-${numClasses - 1}, as the classes of this generator have no names, got ${JSON.stringify(text)}. Give a number.`,
    );
  }
  const near = nearestNames(text, names);
  const advice =
    near.length === 0 ? 'restok info lists them.' : `Did you mean ${inWords(near)}? restok info lists all.`;
  throw new UsageError(
    `restok: --class must be a class of this generator, got ${JSON.stringify(text)}. ${advice}`,
  );
}

/**
 * The names that somebody who typed `text` may have meant, at most three, the likeliest first: those that begin
 * alike, and those that few changes of letters turn into each other, whatever the case.
 */
export function nearestNames(text: string, names: readonly string[]): string[] {
  const typed = text.toLowerCase();
  return names
    .map((name) => {
      const known = name.toLowerCase();
      const distance = editDistance(typed, known);
      const shared = sharedBeginning(typed, known);
      const isNear =
        distance <= Math.max(1, NEAR_SHARE * Math.max(typed.length, known.length)) ||
        shared >= SHARED_BEGINNING;
      // A shared beginning outweighs whatever follows it.
      return { name, isNear, cost: distance - 2 * shared };
    })
    .filter(({ isNear }) => isNear)
    .sort((a, b) => a.cost - b.cost)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ name }) => name);
}

function sharedBeginning(first: string, second: string): number {
  let length = 0;
  while (length < first.length && first[length] === second[length]) {
    length++;
  }
  return length;
}

/**
 * How many letters must be inserted, deleted or replaced to turn one text into the other.
 *
 * @source V. Levenshtein, "Binary codes capable of correcting deletions, insertions and reversals", 1966.
 */
function editDistance(first: string, second: string): number {
  let above = Array.from({ length: second.length + 1 }, (_, column) => column);
  for (let row = 1; row <= first.length; row++) {
    const current = [row];
    for (let column = 1; column <= second.length; column++) {
      const replaced = above[column - 1]! + (first[row - 1] === second[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1));
    }
    above = current;
  }
  return above.at(-1)!;
}

function inWords(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
