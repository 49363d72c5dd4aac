import { createHash } from 'node:crypto';
import type { ResTok } from '@restok/tokenizer';

/** SHA-256 of the names and values of all parameters: tells whether codes are of the same tokenizer. */
export async function tokenizerDigest(tokenizer: ResTok): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, parameter] of tokenizer.namedParameters()) {
    const values = await parameter.published();
    hash.update(`${name}\n`).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
