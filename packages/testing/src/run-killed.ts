import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sourcesOfCore = (file: string): string =>
  fileURLToPath(new URL(`../../core/src/${file}.ts`, import.meta.url));

export interface KilledProgram {
  /** A module of sources, built beside the program as `<its name>.mjs`. Of other packages it may import core. */
  readonly sources: string;
  /** Where the built files go, temporary. */
  readonly folder: string;
  /** Text of the program: a module that imports the sources. */
  readonly program: string;
}

/**
 * Runs a program against sources in a process of its own, and kills that process without warning when the program
 * prints something.
 *
 * @returns the signal that ended the process; null when it ended by itself.
 */
export async function runKilled({ sources, folder, program }: KilledProgram): Promise<NodeJS.Signals | null> {
  // Large, and only needed here.
  const { build } = await import('tsup');
  await build({
    entry: { [basename(sources, extname(sources))]: sources },
    outDir: folder,
    format: ['esm'],
    config: false,
    silent: true,
    noExternal: [/./],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    esbuildOptions: (options) => {
      options.alias = {
        '@restok/core/errors': sourcesOfCore('errors'),
        '@restok/core': sourcesOfCore('index'),
      };
    },
    outExtension: () => ({ js: '.mjs' }),
  });
  const file = join(folder, 'program.mjs');
  await writeFile(file, program);
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.once('data', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_code, signal) => resolve(signal));
  });
}
