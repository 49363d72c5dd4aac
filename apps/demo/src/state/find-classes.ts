/** Classes whose names hold every word of a search, those that start with it first. */
export function findClasses(names: readonly string[], search: string): string[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = names.filter((name) => words.every((word) => name.toLowerCase().includes(word)));
  const starts = (name: string): boolean => words.length > 0 && name.toLowerCase().startsWith(words[0]!);
  return [...found.filter(starts), ...found.filter((name) => !starts(name))];
}
