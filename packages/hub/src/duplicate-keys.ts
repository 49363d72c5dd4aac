/**
 * Keys that occur twice in one object of a JSON text, which JSON.parse would silently merge.
 *
 * @param json a text that JSON.parse accepts.
 */
export function duplicateKeys(json: string): string[] {
  const duplicates: string[] = [];
  // Keys of every open object; undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '{') {
      open.push(new Set());
    } else if (character === '[') {
      open.push(undefined);
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === '"') {
      const end = endOfString(json, i);
      const keys = open.at(-1);
      if (keys !== undefined && isKey(json, end)) {
        const key = JSON.parse(json.slice(i, end)) as string;
        if (keys.has(key)) {
          duplicates.push(key);
        }
        keys.add(key);
      }
      i = end - 1;
    }
  }
  return duplicates;
}

/** Position after the closing quote of the string that starts at `start`. */
function endOfString(json: string, start: number): number {
  let position = start + 1;
  while (json[position] !== '"') {
    position += json[position] === '\\' ? 2 : 1;
  }
  return position + 1;
}

/** Whether a colon follows, after blanks. */
function isKey(json: string, end: number): boolean {
  let position = end;
  while (' \t\r\n'.includes(json[position] ?? 'end')) {
    position += 1;
  }
  return json[position] === ':';
}
