import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { CheckpointError } from '@restok/core';
import type * as FileSystem from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder';
import { writeTogether } from './write-together';

/** A disk that is full after some bytes. */
const disk = vi.hoisted(() => ({ room: Infinity }));

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
  return { ...original, open };
});

const at = temporaryFolder();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('writeTogether', () => {
  afterEach(() => {
    disk.room = Infinity;
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
