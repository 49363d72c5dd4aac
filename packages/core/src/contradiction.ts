/** Values of a config that contradict each other. */
export interface Contradiction {
  /** Keys that take part, without what stands above them. */
  readonly keys: readonly string[];
  readonly problem: string;
}

/** Notes a contradiction where something does not hold; `keys` are those that take part. */
export type Demand = (holds: boolean, problem: string, keys: readonly string[]) => void;

/** What does not hold of all that a check demands. */
export function contradictionsOf(check: (demand: Demand) => void): Contradiction[] {
  const found: Contradiction[] = [];
  check((holds, problem, keys) => {
    if (!holds) {
      found.push({ keys, problem });
    }
  });
  return found;
}
