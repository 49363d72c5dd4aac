import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPicture } from '@restok/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { startProgram } from './run-command';
import { temporaryFolder } from './temporary-folder';
import { saveTinyGenerator } from './tiny-generator';
import { saveTinyModel, TINY_SIZE } from './tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const NUM_PICTURES = 600;

/** Promised: Ctrl-C stops within a second. */
const STOP_MS = 1000;

beforeAll(async () => {
  await saveTinyModel(inFolder('tokenizer'));
  await saveTinyGenerator(inFolder('generator'));
});

describe('restok generate, built', () => {
  it('stops at Ctrl-C within a second and leaves whole pictures only', async () => {
    const out = inFolder('out');
    const program = startProgram(
      ...['generate', '--tokenizer', inFolder('tokenizer'), '--generator', inFolder('generator')],
      ...['--class', '0', '--count', String(NUM_PICTURES), '--out', out, '--json'],
    );
    const ended = program.ended.then((result) => ({ ...result, at: performance.now() }));
    while ((await readdir(out).catch(() => [])).length < 3) {
      const early = await Promise.race([ended, sleep(10)]);
      expect(early, 'the program must still be running').toBeUndefined();
    }
    const startedAt = performance.now();
    program.kill('SIGINT');
    const { at, signal, stdout } = await ended;
    expect({ signal, stdout }).toEqual({ signal: 'SIGINT', stdout: '' });
    expect(at - startedAt).toBeLessThan(STOP_MS);
    const names = await readdir(out);
    expect(names.length).toBeLessThan(NUM_PICTURES);
    for (const name of names) {
      expect(name).toMatch(/^cats-noto-\d+\.png$/);
      expect(await readPicture(join(out, name))).toMatchObject({ width: TINY_SIZE, height: TINY_SIZE });
    }
  });
});
