// What models of the released size compute in these tests, whatever computes it.

/** One picture, `[1, 256, 256, 3]`. */
export const PIXELS = Float32Array.from({ length: 256 * 256 * 3 }, (_, i) => (i % 251) / 250);

/** One class, and how it is generated. */
export const LABELS = [1];
export const GUIDED = { guidanceScale: 3.75, seed: 1 };
