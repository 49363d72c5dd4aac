import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCodeFolder, readCodeFile, readLabelFile } from '@restok/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { startProgram } from './run-command';
import { writeNoise } from './sample-pictures';
import { temporaryFolder } from './temporary-folder';
import { saveTinyModel } from './tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const NUM_PICTURES = 160;

/** Promised: Ctrl-C stops within a second. */
const STOP_MS = 1000;

const namesIn = (path: string): Promise<string[]> => readdir(path).catch(() => []);

beforeAll(async () => {
  await saveTinyModel(inFolder('model'));
  const picture = await writeNoise(inFolder('data/0.png'), 1);
  for (let i = 1; i < NUM_PICTURES; i++) {
    await copyFile(picture, inFolder(`data/${i}.png`));
  }
});

describe('restok extract, built', () => {
  const out = inFolder('codes');
  const codes = inFolder('codes/train/data16_codes');
  const labels = inFolder('codes/train/data16_labels');
  const start = () =>
    startProgram('extract', '--data', inFolder('data'), '--out', out, '--model', inFolder('model'), '--json');

  it('stops at Ctrl-C within a second, leaves whole files only, and goes on when it is run again', async () => {
    const program = start();
    const ended = program.ended.then((result) => ({ ...result, at: performance.now() }));
    while ((await namesIn(labels)).length < 3) {
      const early = await Promise.race([ended, sleep(10)]);
      expect(early, 'the program must still be running').toBeUndefined();
    }
    const startedAt = performance.now();
    program.kill('SIGINT');
    const { at, signal, stdout } = await ended;
    expect({ signal, stdout }).toEqual({ signal: 'SIGINT', stdout: '' });
    expect(at - startedAt).toBeLessThan(STOP_MS);

    const written = { codes: await namesIn(codes), labels: await namesIn(labels) };
    expect(written.labels.length).toBeLessThan(NUM_PICTURES);
    for (const name of written.codes) {
      expect(await readCodeFile(join(codes, name))).toMatchObject({ numCrops: 2 });
    }
    for (const name of written.labels) {
      expect(await readLabelFile(join(labels, name))).toBe(0);
    }

    const { code, stdout: result } = await start().ended;
    expect(code).toBe(0);
    const present = written.labels.filter((name) => written.codes.includes(name)).length;
    expect(JSON.parse(result)).toMatchObject({ splits: [{ present, written: NUM_PICTURES - present }] });
    expect((await openCodeFolder(join(out, 'train'))).count).toBe(NUM_PICTURES);
  });
});
