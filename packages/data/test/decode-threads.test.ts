import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DataError, Random } from '@restok/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DecodeThreads } from '../src/loading/decode-threads';
import { PictureLoader } from '../src/loading/picture-loader';
import type { PictureJob } from '../src/loading/prepare-picture';
import type { PlacedPictures } from '../src/dataset';
import { openShards } from '../src/shards/open-shards';
import { onePixelPng, writeShard } from './shard-files';

/** Threads run what is built. */
const BUILT = new URL('../dist/decode-worker.js', import.meta.url);
const DYING = new URL('./dying-worker.mjs', import.meta.url);
const crop = { method: 'randomResizedCrop', size: 24, shorterEdge: 24, flip: true } as const;

let folder: string;
let pictures: PlacedPictures;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-threads-'));
  // Every third is damaged, so some are done at once.
  const files = Array.from({ length: 12 }, (_, i) => [
    `p${i}.png`,
    i % 3 === 2 ? 'damaged' : onePixelPng(20 * i),
  ]);
  await writeShard(join(folder, 'a.tar'), files as [string, Buffer][]);
  pictures = await openShards(join(folder, 'a.tar'), { size: 24 });
});
afterAll(() => rm(folder, { recursive: true }));

function jobNamed(name: string): PictureJob {
  return { place: { name, path: join(folder, 'nothing.png') }, crop, seed: 1 };
}

/** Batches as a run reads them: one ahead of the other. */
async function readBatches(loader: PictureLoader): Promise<{ values: string[]; names: readonly string[] }> {
  const random = (batch: number): Random => new Random(7).fork(`pictures ${batch}`);
  const indices = (batch: number): number[] => [0, 1, 2, 3].map((i) => (batch * 5 + i * 3) % 12);
  const values: string[] = [];
  for (let batch = 0; batch < 6; batch++) {
    const read = loader.read(indices(batch), { random: random(batch) });
    loader.prepare(indices(batch + 1), { random: random(batch + 1) });
    values.push((await read).join());
  }
  return { values, names: loader.passedOver.names };
}

describe('PictureLoader in threads', () => {
  it('gives the same with any number of threads, also what it passes over', async () => {
    const runs: unknown[] = [];
    for (const threads of [0, 1, 3]) {
      const loader = new PictureLoader(pictures, { crop, threads, script: BUILT });
      runs.push(await readBatches(loader));
      await loader.close();
    }
    expect((runs[0] as { names: string[] }).names).toHaveLength(4);
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });
});

describe('DecodeThreads', () => {
  it('throws DataError for all that is waited for when a thread ends, and for what comes later', async () => {
    for (const [name, reason] of [
      ['throw', 'out of memory'],
      ['exit', 'code 3'],
    ] as const) {
      const threads = new DecodeThreads(2, DYING);
      const [first, second] = await Promise.allSettled([
        threads.prepare(jobNamed(name)),
        threads.prepare(jobNamed(name)),
      ]);
      for (const each of [first, second]) {
        expect(each.status).toBe('rejected');
        const { reason: error } = each as PromiseRejectedResult;
        expect(error).toBeInstanceOf(DataError);
        expect((error as DataError).message).toContain(reason);
      }
      await expect(threads.prepare(jobNamed(name))).rejects.toThrow(reason);
      await threads.close();
    }
  });

  it('rejects what is under way when it is closed', async () => {
    const threads = new DecodeThreads(1, BUILT);
    const waiting = threads.prepare(jobNamed('late'));
    const rejected = expect(waiting).rejects.toThrow('was closed');
    await threads.close();
    await rejected;
  });

  it('lets the process end, closed or not', async () => {
    const index = fileURLToPath(new URL('../dist/index.js', import.meta.url));
    for (const last of ['await loader.close();', '']) {
      const program = join(folder, 'program.mjs');
      const shard = JSON.stringify(join(folder, 'a.tar'));
      const text = `
        import { openShards, PictureLoader } from ${JSON.stringify(index)};
        const pictures = await openShards(${shard}, { size: 24 });
        const loader = new PictureLoader(pictures, { crop: ${JSON.stringify(crop)}, threads: 2 });
        console.log((await loader.read([0, 1])).length);
        ${last}`;
      await writeFile(program, text);
      const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 30_000 });
      expect(stdout.trim()).toBe(String(2 * 24 * 24 * 3));
    }
  });
});
