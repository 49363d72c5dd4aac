/**
 * How many leading keys each query sees when blocks see themselves and every block before them.
 *
 * @param blockSizes tokens of each block in sequence order.
 * @returns one count per token, for `visibleKeys` of attention.
 * @source ResTok, section 3 (hierarchical causal attention); method.md, section 4.5.
 */
export function visibleKeysOfBlocks(blockSizes: readonly number[]): number[] {
  const visible: number[] = [];
  for (const size of blockSizes) {
    const end = visible.length + size;
    for (let i = 0; i < size; i++) {
      visible.push(end);
    }
  }
  return visible;
}
