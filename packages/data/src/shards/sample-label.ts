import { z } from 'zod';

/** A label is a number or a name; a larger file holds something else. */
export const MAX_LABEL_BYTES = 2 ** 16;
/** No class has a longer name. */
const MAX_LABEL_LENGTH = 256;

const jsonLabel = z.object({
  label: z.union([z.string(), z.int()]).optional(),
  cls: z.union([z.string(), z.int()]).optional(),
});

/**
 * The label in a .cls (its text) or a .json (`label`, or `cls`).
 *
 * @param content undefined where it is too large.
 * @returns a number or a name as text; empty where a .json has neither key; undefined where there is no label to read.
 */
export function labelOf(ending: string, content: Uint8Array | undefined): string | undefined {
  if (content === undefined) {
    return undefined;
  }
  const text = Buffer.from(content).toString('utf8');
  const label = (ending === 'cls' ? text : fromJson(text))?.trim();
  const isReadable = label !== undefined && label.length <= MAX_LABEL_LENGTH && !/[\n\r\0\uFFFD]/.test(label);
  return isReadable && (label !== '' || ending === 'json') ? label : undefined;
}

function fromJson(text: string): string | undefined {
  try {
    const parsed = jsonLabel.safeParse(JSON.parse(text));
    return parsed.success ? String(parsed.data.label ?? parsed.data.cls ?? '') : undefined;
  } catch {
    return undefined;
  }
}
