import { DataError } from '@restok/core/errors';
import { z } from 'zod';
import { catalogueKey } from './code-name';
import { parseJson } from './manifest';

/** What emoji.json of emoji-data says of an emoji. */
export interface CatalogueEntry {
  readonly name: string;
  readonly category: string;
}

const listed = z.array(
  z.object({
    name: z.string(),
    category: z.string(),
    unified: z.string(),
    skin_variations: z.record(z.string(), z.object({ unified: z.string() })).optional(),
  }),
);

/**
 * Reads emoji.json: names and categories by {@link catalogueKey}, every skin tone included.
 *
 * @param packageName what errors call its package.
 * @throws DataError when it is no such list.
 */
export function parseCatalogue(bytes: Uint8Array, packageName: string): Map<string, CatalogueEntry> {
  const parsed = listed.safeParse(parseJson(Buffer.from(bytes).toString('utf8')));
  if (!parsed.success) {
    throw new DataError(
      `downloadEmoji: emoji.json of ${packageName} is not a list of emoji. Fetch it again; if that does not help, report this.`,
    );
  }
  const catalogue = new Map<string, CatalogueEntry>();
  for (const { name, category, unified, skin_variations: variations } of parsed.data) {
    const codeNames = [unified, ...Object.values(variations ?? {}).map((variation) => variation.unified)];
    for (const codeName of codeNames) {
      catalogue.set(catalogueKey(codeName), { name: name.toLowerCase(), category });
    }
  }
  return catalogue;
}

/** The emoji itself or, where the catalogue spells a sequence differently, its first code point (a flag's pole). */
export function lookUp(
  catalogue: ReadonlyMap<string, CatalogueEntry>,
  codeName: string,
): CatalogueEntry | undefined {
  const key = catalogueKey(codeName);
  return catalogue.get(key) ?? catalogue.get(key.split('-')[0]!);
}
