/** Characters of base64url, six bits each. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BITS_PER_CHARACTER = 6;

/** Bits that one index of a codebook takes. */
export function bitsPerIndex(codebookSize: number): number {
  return Math.max(1, Math.ceil(Math.log2(codebookSize)));
}

/** Bytes of a number of indices, packed. */
export function packedBytes(count: number, codebookSize: number): number {
  return Math.ceil((count * bitsPerIndex(codebookSize)) / 8);
}

/**
 * Indices as text for a link: their bits one after the other, in base64url. 64 indices of 12 bits are 128 characters.
 *
 * @param indices in 0 ... codebookSize - 1.
 */
export function tokensToText(indices: ArrayLike<number>, codebookSize: number): string {
  const bits = bitsPerIndex(codebookSize);
  let text = '';
  let held = 0;
  let numHeld = 0;
  for (let i = 0; i < indices.length; i++) {
    for (let bit = bits - 1; bit >= 0; bit--) {
      held = held * 2 + ((indices[i]! >> bit) & 1);
      numHeld += 1;
      if (numHeld === BITS_PER_CHARACTER) {
        text += ALPHABET[held]!;
        held = 0;
        numHeld = 0;
      }
    }
  }
  return numHeld === 0 ? text : text + ALPHABET[held * 2 ** (BITS_PER_CHARACTER - numHeld)]!;
}

/**
 * The indices that {@link tokensToText} wrote.
 *
 * @param count how many to expect.
 * @returns undefined when the text is cut off, has strange characters or an index that is in no codebook.
 */
export function textToTokens(text: string, count: number, codebookSize: number): Int32Array | undefined {
  const bits = bitsPerIndex(codebookSize);
  if (text.length !== Math.ceil((count * bits) / BITS_PER_CHARACTER)) {
    return undefined;
  }
  const values = Array.from(text, (character) => ALPHABET.indexOf(character));
  const indices = new Int32Array(count);
  for (let i = 0; i < count * bits; i++) {
    const value = values[Math.floor(i / BITS_PER_CHARACTER)]!;
    const bit = (value >> (BITS_PER_CHARACTER - 1 - (i % BITS_PER_CHARACTER))) & 1;
    indices[Math.floor(i / bits)]! = indices[Math.floor(i / bits)]! * 2 + bit;
  }
  const fits = values.every((value) => value >= 0) && indices.every((index) => index < codebookSize);
  return fits ? indices : undefined;
}
