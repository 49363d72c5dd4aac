/** Degrees that spread neighbouring numbers over the circle of hues. */
const GOLDEN_ANGLE = 137.508;

/** The colour of a codebook entry: the same entry has the same colour everywhere on the page. */
export function codeColour(code: number): string {
  const hue = (code * GOLDEN_ANGLE) % 360;
  const lightness = 58 + ((code * 7) % 5) * 5;
  const chroma = 0.1 + ((code * 3) % 4) * 0.02;
  return `oklch(${lightness}% ${chroma.toFixed(2)} ${hue.toFixed(1)})`;
}
