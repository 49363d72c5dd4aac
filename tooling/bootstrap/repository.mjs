import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where commands write their logs; ignored by git. */
export const logFolder = join(root, 'output', 'logs');

/** @type {{ packageManager: string, engines: { node: string } }} */
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What `npx` has to fetch: "pnpm@<the version this repository is locked with>". */
export const packageManager = manifest.packageManager;

/** The oldest Node.js that works, such as "20.19". */
export const oldestNode = manifest.engines.node.replace('>=', '');
