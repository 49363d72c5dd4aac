/**
 * Keys that occur twice in one object of a JSON text, which JSON.parse would silently merge.
 *
 * @param json a text that JSON.parse accepts.
 */
export function duplicateKeys(json: string): string[] {
  const duplicates: string[] = [];
  const open: (Set<string> | undefined)[] = [];
  // Strings, and the brackets between them; an object's key is a string followed by a colon.
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/gs)) {
    if (token === '{') {
      open.push(new Set());
    } else if (token === '[') {
      open.push(undefined);
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string;
      const keys = open.at(-1);
      if (keys?.has(key) === true) {
        duplicates.push(key);
      }
      keys?.add(key);
    }
  }
  return duplicates;
}
