/** One package of pictures on the npm registry. */
export interface EmojiSource {
  readonly style: EmojiStyle;
  readonly packageName: string;
  readonly version: string;
  /** Subresource integrity of the tarball. */
  readonly integrity: string;
  /** Pictures lie in this folder of the package. */
  readonly folder: string;
  readonly extension: string;
  readonly licence: string;
  readonly credit: string;
}

export const emojiStyles = ['noto', 'twemoji', 'fluent'] as const;

export type EmojiStyle = (typeof emojiStyles)[number];

/** Categories in the order of their labels, by the name that the data gives them. */
export const emojiCategories: Readonly<Record<string, string>> = {
  activities: 'Activities',
  animals: 'Animals & Nature',
  flags: 'Flags',
  food: 'Food & Drink',
  objects: 'Objects',
  people: 'People & Body',
  smileys: 'Smileys & Emotion',
  symbols: 'Symbols',
  travel: 'Travel & Places',
};

/** The three packages, pinned: 3,786 + 3,786 + 3,391 pictures. */
export const emojiSources: readonly EmojiSource[] = [
  {
    style: 'noto',
    packageName: 'emoji-datasource-google',
    version: '16.0.0',
    integrity:
      'sha512-ZRexfzs7MVoLnmzZmNsO4TKhnAJp5D++Vm6PpUpH/jEQQlemp3l88CjZ+DoZ2faM9R4QxZkOPJCoT8DlPhfQ3A==',
    folder: 'package/img/google/64/',
    extension: '.png',
    licence: 'Apache-2.0',
    credit: 'Noto Emoji, copyright Google LLC, Apache License 2.0; packaged by emoji-data (MIT).',
  },
  {
    style: 'twemoji',
    packageName: 'emoji-datasource-twitter',
    version: '16.0.0',
    integrity:
      'sha512-7F+uCuHH+7Qnrc15P5tnbvKkg9E6tlzi4MnT2uW1RlN4pLYTza6cP/dstIfSDMtpjFLWuZewWg8jBbuL2eyELQ==',
    folder: 'package/img/twitter/64/',
    extension: '.png',
    licence: 'CC-BY-4.0',
    credit:
      'Twemoji, copyright Twitter, Inc and other contributors, CC-BY 4.0; packaged by emoji-data (MIT).',
  },
  {
    style: 'fluent',
    packageName: '@lobehub/fluent-emoji-3d',
    version: '1.1.0',
    integrity:
      'sha512-Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g==',
    folder: 'package/assets/',
    extension: '.webp',
    licence: 'MIT',
    credit: 'Fluent Emoji, copyright Microsoft Corporation, MIT; packaged by LobeHub (MIT).',
  },
];
