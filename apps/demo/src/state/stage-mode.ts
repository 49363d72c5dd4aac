/** Ways to show a picture and its original. */
export const stageModes = ['side by side', 'divider', 'difference'] as const;

export type StageMode = (typeof stageModes)[number];

/** Differences are shown this many times as bright. */
export const DIFFERENCE_GAIN = 4;
