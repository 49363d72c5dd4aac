import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runKilled } from './run-killed';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-killed-'));
  await writeFile(join(folder, 'sources.ts'), "export const say = (text: string): string => 'said ' + text;");
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes a file with what the sources make of a text. */
const note = (name: string): string =>
  `writeFileSync(${JSON.stringify(folder)} + '/${name}', say('${name}'));`;

async function run(...lines: string[]): Promise<NodeJS.Signals | null> {
  const imports = ["import { writeFileSync } from 'node:fs';", "import { say } from './sources.mjs';"];
  const program = [...imports, ...lines].join('\n');
  return runKilled({ sources: join(folder, 'sources.ts'), folder: join(folder, 'built'), program });
}

describe('runKilled', () => {
  it('ends the program where it prints', async () => {
    const pause = 'await new Promise((resolve) => setTimeout(resolve, 60_000));';
    expect(await run(note('before'), "console.log('now');", pause, note('after'))).toBe('SIGKILL');
    expect(await readFile(join(folder, 'before'), 'utf8')).toBe('said before');
    expect(existsSync(join(folder, 'after'))).toBe(false);
  });

  it('lets a program end that prints nothing', async () => {
    expect(await run(note('after'))).toBeNull();
    expect(await readFile(join(folder, 'after'), 'utf8')).toBe('said after');
  });
});
