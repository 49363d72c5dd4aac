import type { OpenedModel } from '@restok/hub';

/** Node.js with the libraries, measured with a model of 3M parameters. */
export const PROGRAM_BYTES = 110 * 2 ** 20;

/** What `restok info` says of a model. */
export interface ModelDescription {
  /** For --json. */
  readonly data: { readonly config: object } & Readonly<Record<string, unknown>>;
  /** For people; the config follows. */
  readonly lines: readonly string[];
}

/** What is the same for every kind of model. */
export function commonFacts(
  { weights }: Pick<OpenedModel, 'weights'>,
  config: object,
): { readonly dtypes: readonly string[]; readonly license: string } {
  const dtypes = [...new Set([...weights.entries.values()].map(({ dtype }) => dtype))];
  const license = 'license' in config && typeof config.license === 'string' ? config.license : 'not stated';
  return { dtypes, license };
}

/** Says how large a model is and how it is stored. */
export function sizeText(parameters: number, dtypes: readonly string[]): string {
  return `${(parameters / 1e6).toFixed(2)}M parameters, stored as ${dtypes.join(', ')}`;
}

/** Says how much memory a model takes. */
export function memoryText(bytes: number): string {
  return `about ${Math.ceil(bytes / 2 ** 20)} MiB`;
}
