/** The largest number that a class may have. */
const MAX_LABEL = 65_535;

/** How labels as they are stored become numbers of classes. */
export interface LabelScheme {
  readonly classNames: readonly string[];
  /** The class of a label; undefined where it has none. */
  labelNumber(text: string): number | undefined;
}

/**
 * Where all labels are numbers they are the classes, named by their numbers; otherwise classes are their names in
 * order. Where there are no labels at all, everything is one class.
 *
 * @param texts labels that occur, repetitions allowed; empty for no label.
 */
export function labelScheme(texts: readonly string[]): LabelScheme {
  const labels = new Set(texts.filter((text) => text !== ''));
  if (labels.size === 0) {
    return { classNames: ['.'], labelNumber: () => 0 };
  }
  if ([...labels].every((text) => /^-?\d+$/.test(text))) {
    const numberOf = (text: string): number | undefined => {
      const number = Number(text);
      return text !== '' && number >= 0 && number <= MAX_LABEL ? number : undefined;
    };
    const largest = [...labels].reduce((most, text) => Math.max(most, numberOf(text) ?? -1), -1);
    return { classNames: Array.from({ length: largest + 1 }, (_, i) => String(i)), labelNumber: numberOf };
  }
  const classNames = [...labels].sort();
  const numbers = new Map(classNames.map((name, number) => [name, number]));
  return { classNames, labelNumber: (text) => numbers.get(text) };
}
