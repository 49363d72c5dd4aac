import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Runs a program against this package's sources in a process of its own, and kills that process without warning
 * when the program prints something.
 *
 * @param folder for the built program, temporary.
 * @param program a module that imports from `./node.mjs`.
 * @returns the signal that ended the process.
 */
export async function runKilled(folder: string, program: string): Promise<string | null> {
  await build({
    entry: [fromHere('../src/node.ts')],
    outDir: folder,
    format: ['esm'],
    config: false,
    silent: true,
    noExternal: [/./],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    esbuildOptions: (options) => {
      options.alias = { '@restok/core': fromHere('../../core/src/index.ts') };
    },
    outExtension: () => ({ js: '.mjs' }),
  });
  const file = join(folder, 'program.mjs');
  await writeFile(file, program);
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.once('data', () => child.kill('SIGKILL'));
  return new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)));
}
