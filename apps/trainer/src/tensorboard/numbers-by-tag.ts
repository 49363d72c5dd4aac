/**
 * Every number of a report by its path: `{ psnr: { 4: 20 } }` below `evaluation` is `evaluation/psnr/4`. Yes and no
 * are 1 and 0; the step, texts and what is absent are left out.
 *
 * @param group the first part of every tag.
 */
export function numbersByTag(report: object, group: string): Map<string, number> {
  const numbers = new Map<string, number>();
  collect(report, group, numbers);
  numbers.delete(`${group}/step`);
  return numbers;
}

function collect(value: unknown, tag: string, numbers: Map<string, number>): void {
  if (typeof value === 'number' || typeof value === 'boolean') {
    numbers.set(tag, Number(value));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      collect(part, `${tag}/${key}`, numbers);
    }
  }
}
