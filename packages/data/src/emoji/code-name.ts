import { createHash } from 'node:crypto';

/** A code name without variation selectors, lower case: what the test split is drawn from. */
export function splitKey(codeName: string): string {
  return codeName.toLowerCase().replaceAll('-fe0f', '');
}

/** Whether all styles of this emoji are held out: SHA-1 of the split key is 0 modulo 10. */
export function isTestEmoji(codeName: string): boolean {
  const digest = createHash('sha1').update(splitKey(codeName)).digest('hex');
  return BigInt(`0x${digest}`) % 10n === 0n;
}

/** The same emoji under the spellings of different packages: four digits a code point, hyphens between. */
export function catalogueKey(codeName: string): string {
  const parts = splitKey(codeName).replaceAll('_', '-').split('-');
  return parts.map((part) => part.padStart(4, '0')).join('-');
}
