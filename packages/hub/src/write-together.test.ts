import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { CheckpointError } from '@restok/core';
import type * as FileSystem from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder';
import { writeTogether } from './write-together';

/** A disk that is full after some bytes, and whose process stops for ever after some renames. */
const disk = vi.hoisted(() => ({ room: Infinity, renames: Infinity }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof FileSystem>();
  const open: typeof original.open = async (...args) => {
    const file = await original.open(...args);
    const write = file.writeFile.bind(file);
    file.writeFile = async (data, options) => {
      disk.room -= (data as Uint8Array).length;
      if (disk.room < 0) {
        const message = 'ENOSPC: no space left on device, write';
        throw Object.assign(new Error(message), { code: 'ENOSPC', syscall: 'write' });
      }
      await write(data, options);
    };
    return file;
  };
  const rename: typeof original.rename = async (...paths) => {
    disk.renames -= 1;
    return disk.renames < 0 ? new Promise(() => undefined) : original.rename(...paths);
  };
  return { ...original, open, rename };
});

/** Some files are written in a few milliseconds. */
const BUSY_MACHINE_MS = 20_000;

const at = temporaryFolder();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('writeTogether', () => {
  afterEach(() => {
    disk.room = Infinity;
    disk.renames = Infinity;
  });

  it('makes the folders, writes every piece and leaves nothing else', async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield bytes('a');
      yield await Promise.resolve(bytes('b'));
    }
    await writeTogether('save', [
      { path: at('new', 'deep', 'one'), pieces: pieces() },
      { path: at('new', 'deep', 'two'), pieces: [] },
    ]);
    expect(await readdir(at('new', 'deep'))).toEqual(['one', 'two']);
    expect(await readFile(at('new', 'deep', 'one'), 'utf8')).toBe('ab');
    expect(await readFile(at('new', 'deep', 'two'), 'utf8')).toBe('');
  });

  it('changes no file when the last one fails, and clears away what it wrote', async () => {
    await mkdir(at('kept'));
    await writeFile(at('kept', 'one'), 'old');
    disk.room = 4;
    const writing = writeTogether('save', [
      { path: at('kept', 'one'), pieces: [bytes('new')] },
      { path: at('kept', 'two'), pieces: [bytes('a'), bytes('b')] },
    ]);
    await expect(writing).rejects.toThrow(
      `save: ${at('kept', 'two')} could not be written (ENOSPC: no space left on device, write). Make room on the disk or choose another place.`,
    );
    expect(await readdir(at('kept'))).toEqual(['one']);
    expect(await readFile(at('kept', 'one'), 'utf8')).toBe('old');
  });

  it.each([
    [0, { one: 'old', two: 'old' }],
    [1, { one: 'old', two: undefined }],
    [2, { one: 'new', two: undefined }],
  ])(
    'leaves no old last file beside new ones when it is killed after %i renames',
    async (renames, expected) => {
      const folder = `renamed-${renames}`;
      const content = (name: string): Promise<string | undefined> =>
        readFile(at(folder, name), 'utf8').catch(() => undefined);
      await mkdir(at(folder));
      for (const name of ['one', 'two']) {
        await writeFile(at(folder, name), 'old');
      }
      disk.renames = renames;
      void writeTogether('save', [
        { path: at(folder, 'one'), pieces: [bytes('new')] },
        { path: at(folder, 'two'), pieces: [bytes('new')] },
      ]);
      await vi.waitUntil(() => disk.renames < 0, { timeout: BUSY_MACHINE_MS });
      expect({ one: await content('one'), two: await content('two') }).toEqual(expected);
    },
  );

  it('puts the old last file back when another cannot be exchanged', async () => {
    await mkdir(at('back', 'one', 'full'), { recursive: true });
    await writeFile(at('back', 'two'), 'old');
    await expect(
      writeTogether('save', [
        { path: at('back', 'one'), pieces: [bytes('new')] },
        { path: at('back', 'two'), pieces: [bytes('new')] },
      ]),
    ).rejects.toThrow(`save: ${at('back', 'one')} could not be written`);
    expect(await readdir(at('back'))).toEqual(['one', 'two']);
    expect(await readFile(at('back', 'two'), 'utf8')).toBe('old');
  });

  it('passes on what the making of a piece throws', async () => {
    const problem = new Error('the weights are gone');
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(bytes('a'));
      throw problem;
    }
    await mkdir(at('failing'));
    await expect(writeTogether('save', [{ path: at('failing', 'a'), pieces: pieces() }])).rejects.toBe(
      problem,
    );
    expect(await readdir(at('failing'))).toEqual([]);
  });

  it('says in one line that a folder stands where the file should, or a file where the folder', async () => {
    await mkdir(at('taken', 'a'), { recursive: true });
    await expect(writeTogether('save', [{ path: at('taken', 'a'), pieces: [bytes('x')] }])).rejects.toThrow(
      /^save: [^\n]*taken\/a could not be written \([^\n]*\)\. Make room on the disk or choose another place\.$/,
    );
    expect(await readdir(at('taken'))).toEqual(['a']);
    await writeFile(at('file'), '');
    await expect(writeTogether('save', [{ path: at('file', 'a'), pieces: [] }])).rejects.toThrow(
      CheckpointError,
    );
  });

  it('lets two writes of one file run at once; one of them wins whole', async () => {
    const contents = ['a'.repeat(1000), 'b'.repeat(1000)];
    await Promise.all(
      contents.map((text) => writeTogether('save', [{ path: at('race', 'x'), pieces: [bytes(text)] }])),
    );
    expect(contents).toContain(await readFile(at('race', 'x'), 'utf8'));
    expect(await readdir(at('race'))).toEqual(['x']);
  });
});
