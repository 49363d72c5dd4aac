import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataError } from '@restok/core/errors';
import { runKilled } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAtomically } from './atomic-file';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-atomic-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writeAtomically', () => {
  it('makes missing folders and leaves only the file', async () => {
    const path = join(folder, 'a', 'b', 'file.txt');
    await writeAtomically(path, (partialPath) => writeFile(partialPath, 'new'));
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['file.txt']);
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  it('shows the old content until all of the new is written', async () => {
    const path = join(folder, 'file.txt');
    await writeFile(path, 'old');
    let seen = '';
    await writeAtomically(path, async (partialPath) => {
      await writeFile(partialPath, 'new');
      seen = await readFile(path, 'utf8');
    });
    expect([seen, await readFile(path, 'utf8')]).toEqual(['old', 'new']);
  });

  it('keeps the old file, removes the partial one and passes the error on when writing fails', async () => {
    const path = join(folder, 'file.txt');
    await writeFile(path, 'old');
    const failing = writeAtomically(path, async (partialPath) => {
      await writeFile(partialPath, 'ne');
      throw new Error('disk full');
    });
    await expect(failing).rejects.toThrow('disk full');
    expect(await readdir(folder)).toEqual(['file.txt']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it('says in one line what the file system does not allow', async () => {
    await mkdir(join(folder, 'taken', 'full'), { recursive: true });
    await writeFile(join(folder, 'file'), '');
    for (const path of [join(folder, 'taken'), join(folder, 'file', 'below')]) {
      const writing = writeAtomically(path, (partialPath) => writeFile(partialPath, 'new'));
      await expect(writing).rejects.toThrow(DataError);
      await expect(writing).rejects.toThrow(
        /^writeAtomically: [^\n]* could not be written \([^\n]*\)\. Make room on the disk or choose another place\.$/,
      );
    }
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
  });

  it.skipIf(process.platform === 'win32')(
    'does not put a file in the place of a pipe (where there are pipes)',
    async () => {
      const path = join(folder, 'pipe');
      execFileSync('mkfifo', [path]);
      await symlink(path, join(folder, 'to-pipe'));
      for (const place of [path, join(folder, 'to-pipe')]) {
        const writing = writeAtomically(place, (partialPath) => writeFile(partialPath, 'new'));
        await expect(writing).rejects.toThrow('must be a file, got a device or a pipe');
      }
      expect((await lstat(path)).isFIFO()).toBe(true);
      expect((await readdir(folder)).sort()).toEqual(['pipe', 'to-pipe']);
    },
  );

  it('lets two writes of one file run at once; one of them wins whole', async () => {
    const path = join(folder, 'race');
    const contents = ['a'.repeat(1000), 'b'.repeat(1000)];
    await Promise.all(
      contents.map((text) => writeAtomically(path, (partialPath) => writeFile(partialPath, text))),
    );
    expect(contents).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['race']);
  });

  it('keeps the old file when the process is killed while it writes', async () => {
    const path = join(folder, 'kept');
    await writeFile(path, 'old');
    const signal = await runKilled({
      sources: fileURLToPath(new URL('./atomic-file.ts', import.meta.url)),
      folder: join(folder, 'program'),
      program: `import { writeFile } from 'node:fs/promises';
      import { writeAtomically } from './atomic-file.mjs';
      await writeAtomically(${JSON.stringify(path)}, async (partialPath) => {
        await writeFile(partialPath, 'half');
        console.log('half way');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`,
    });
    expect(signal).toBe('SIGKILL');
    expect(await readFile(path, 'utf8')).toBe('old');
    const left = (await readdir(folder)).filter((name) => name.startsWith('kept'));
    expect(left).toEqual(['kept', expect.stringMatching(/^kept\.\w+\.\d+\.partial$/)]);
  });
});
