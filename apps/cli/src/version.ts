import { createRequire } from 'node:module';

/** The version of this program, from the package.json beside `src` and `dist`. */
export function restokVersion(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
