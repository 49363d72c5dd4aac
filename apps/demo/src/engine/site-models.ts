import type { ModelPlace } from './engine-api';

/** A picture that comes with the page. */
export interface SiteSample {
  readonly url: string;
  readonly title: string;
}

/** Many pictures in one image, to train on. */
export interface PictureSheet {
  readonly url: string;
  readonly bytes: number;
  /** Sides of each picture, in pixels. */
  readonly side: number;
  readonly count: number;
}

/** A model that comes with the page. */
export interface SiteModel {
  readonly name: string;
  readonly tokenizer: ModelPlace;
  /** Absent where the site was built without one. */
  readonly generator: ModelPlace | undefined;
  readonly tokenizerBytes: number;
  readonly generatorBytes: number | undefined;
  readonly samples: readonly SiteSample[];
  /** Pictures of the training split; absent where the site was built without them. */
  readonly emojiSheet: PictureSheet | undefined;
}

interface ListedModel {
  readonly name: string;
  /** Parts that lie there as ONNX files, too. */
  readonly exported: readonly string[];
  readonly tokenizerBytes: number;
  readonly generatorBytes?: number;
  readonly samples: readonly string[];
  readonly emojiSheet?: Omit<PictureSheet, 'url'>;
}

let listed: Promise<readonly SiteModel[]> | undefined;

/**
 * The models that the site was built with, read from its `models/models.json` once.
 *
 * @throws Error when the site does not hold the file.
 */
export function siteModels(): Promise<readonly SiteModel[]> {
  listed ??= readList();
  return listed;
}

async function readList(): Promise<readonly SiteModel[]> {
  const base = new URL('models/', document.baseURI);
  const response = await fetch(new URL('models.json', base));
  if (!response.ok) {
    throw new Error(
      `The list of models is missing from this site (${response.status}). Build the site again.`,
    );
  }
  const models = (await response.json()) as readonly ListedModel[];
  return models.map(({ name, exported, tokenizerBytes, generatorBytes, samples, emojiSheet }) => {
    const placeOf = (part: string): ModelPlace => ({
      kind: 'url',
      url: new URL(`${name}/${part}`, base).href,
      isExported: exported.includes(part),
    });
    return {
      name,
      tokenizer: placeOf('tokenizer'),
      generator: generatorBytes === undefined ? undefined : placeOf('generator'),
      tokenizerBytes,
      generatorBytes,
      samples: samples.map((file) => ({
        url: new URL(`${name}/samples/${file}`, base).href,
        title: file.replace(/\.[a-z]+$/, '').replaceAll('-', ' '),
      })),
      emojiSheet: emojiSheet && {
        ...emojiSheet,
        url: new URL(`${name}/emoji-sheet/sheet.webp`, base).href,
      },
    };
  });
}
