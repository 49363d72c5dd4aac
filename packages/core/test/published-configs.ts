import { readFileSync } from 'node:fs';

export type Written = { readonly [key: string]: string | Written };

/** Keys of the authors' YAML files, with values as they are written there. */
export const published = JSON.parse(
  readFileSync(new URL('../../testing/fixtures/config-keys.json', import.meta.url), 'utf8'),
) as Readonly<Record<'tokenizer training' | 'generator training' | 'inference', Written>>;

/** A config as a YAML file holds it. */
export function asYaml(tree: Written, indent = ''): string {
  return Object.entries(tree)
    .map(([key, value]) =>
      typeof value === 'string'
        ? `${indent}${key}: ${value === '' ? '""' : value}\n`
        : `${indent}${key}:\n${asYaml(value, `${indent}  `)}`,
    )
    .join('');
}
