import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeSafetensors } from '@restok/hub/node';
import type { QueuedShard } from '../src/queue/queued-job';
import { catchWorker, timesStarted, withQueue } from './queue-access';
import type { TestRedis } from './redis-server';
import { startRedis } from './redis-server';
import type { RunningProgram } from './run-command';
import { startProgram as startUntracked } from './run-command';
import { writeNoise, writeNoiseArchive } from './sample-pictures';
import { temporaryFolder } from './temporary-folder';
import { saveTinyGenerator } from './tiny-generator';
import { saveTinyModel } from './tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);

const NUM_SHARDS = 5;
/** A block of a shard: seconds of work, so that a worker can be caught in it. */
const BLOCK = 16;
/** Seconds after which a silent worker is taken for dead. */
const LOCK = 5;
/** For a dozen programs that each load TensorFlow.js, also on a machine that is busy otherwise. */
const TIMEOUT_MS = 300_000;

let redis: TestRedis;
const started: RunningProgram[] = [];

function startProgram(...argv: string[]): RunningProgram {
  const program = startUntracked(...argv);
  started.push(program);
  return program;
}

const generation = (out: string, shards = NUM_SHARDS): string[] => [
  ...['generate', '--tokenizer', inFolder('tokenizer'), '--generator', inFolder('generator')],
  ...['--class', 'dogs', '--count', String(shards * BLOCK), '--seed', '3', '--top-p', '0.9'],
  ...['--backend', 'cpu', '--json', '--out', out],
];

const queued = (shards = NUM_SHARDS): string[] => [
  ...['--queue', redis.url, '--shards', String(shards), '--root', folder],
];

const startWorker = (...more: string[]): RunningProgram =>
  startProgram(
    ...['work', '--queue', redis.url, '--root', folder, '--lock', String(LOCK), '--json', ...more],
  );

beforeAll(async () => {
  redis = await startRedis();
  await saveTinyModel(inFolder('tokenizer'));
  await saveTinyGenerator(inFolder('generator'));
});

afterAll(() => redis?.end());

afterEach(async () => {
  vi.unstubAllEnvs();
  // Those that still run, as a test has failed, would take the work of the next one.
  started.forEach((program) => program.kill('SIGKILL'));
  await Promise.all(started.splice(0).map(({ ended }) => ended));
});

describe('restok work', { timeout: TIMEOUT_MS }, () => {
  it('makes the bytes of one process though a worker is killed and Redis restarts', async () => {
    const out = inFolder('samples');
    const command = [...generation(out), ...queued()];
    const waiting = startProgram(...command);
    const workers = [startWorker(), startWorker(), startWorker()];

    const { worker: killed, job } = await catchWorker({ url: redis.url, folder }, workers, 1);
    killed.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    const others = workers.filter((worker) => worker !== killed);
    const { shard } = job.data as QueuedShard;

    await redis.stop();
    await redis.start();
    // While the others wait for the dead worker's lock.
    const alone = startProgram(...generation(inFolder('all.npz')));
    // Somebody asks for the same a second time: nothing is queued anew.
    const again = startProgram(...command);
    const result = {
      folder: out,
      shards: NUM_SHARDS,
      pictures: NUM_SHARDS * BLOCK,
      file: join(out, 'samples.npz'),
    };
    for (const program of [waiting, again]) {
      const { code, stdout, stderr } = await program.ended;
      expect({ code }, stderr).toEqual({ code: 0 });
      expect(JSON.parse(stdout)).toEqual(result);
    }
    const [merge, ...shards] = await timesStarted(redis.url, job.parent!.id!, NUM_SHARDS);
    expect(merge).toBe(1);
    expect(shards[shard - 1], job.id).toBeGreaterThanOrEqual(2);
    others.forEach((worker) => worker.kill('SIGTERM'));
    for (const { ended } of others) {
      const { signal, stderr } = await ended;
      expect(signal).toBe('SIGTERM');
      expect(stderr).toMatch(/Redis at redis:\/\/127\.0\.0\.1:\d+ is away.*\n(.*\n)*.* is back\./);
      expect(stderr).not.toMatch(/problem/);
    }

    expect((await alone.ended).code).toBe(0);
    const [one, many] = await Promise.all([inFolder('all.npz'), result.file].map((path) => readFile(path)));
    expect(one!.length).toBeGreaterThan(0);
    expect(many!.equals(one!)).toBe(true);
    const names = (await readdir(join(out, 'shards'))).filter((name) => !name.endsWith('.partial'));
    const expected = Array.from({ length: NUM_SHARDS }, (_, i) =>
      ['json', 'npz'].map((ending) => `${i + 1}-of-${NUM_SHARDS}.${ending}`),
    );
    expect(names.sort()).toEqual(expected.flat().sort());
  });

  it('gives its shard back at Ctrl-C, so that another worker goes on at once', async () => {
    const out = inFolder('given-back');
    const numBefore = await withQueue(redis.url, (queue) => queue.getCompletedCount());
    const waiting = startProgram(...generation(out, 2), ...queued(2));
    const leaving = startWorker();
    await catchWorker({ url: redis.url, folder }, [leaving], 0);
    leaving.kill('SIGINT');
    leaving.kill('SIGCONT');
    const { signal, stdout } = await leaving.ended;
    expect({ signal, stdout }).toEqual({ signal: 'SIGINT', stdout: '' });
    // It has given its shard back, unless that was done in the moment that the signal took.
    const counts = await withQueue(redis.url, (queue) =>
      queue.getJobCounts('active', 'delayed', 'wait', 'completed'),
    );
    expect(counts).toMatchObject({ active: 0, delayed: 0 });
    const numLeft = 2 - (counts['completed']! - numBefore);
    expect(counts['wait']).toBe(numLeft);
    const staying = startWorker('--idle', '2');
    const waited = await waiting.ended;
    expect({ code: waited.code }, waited.stderr).toEqual({ code: 0 });
    expect(existsSync(join(out, 'samples.npz'))).toBe(true);
    const { code, stdout: summary, stderr } = await staying.ended;
    expect({ code }, stderr).toEqual({ code: 0 });
    expect(JSON.parse(summary)).toEqual({ shards: numLeft, merges: 1, failures: 0 });
  });

  it('says which shards failed for good, and goes on when that is mended', async () => {
    const data = inFolder('data/pets');
    const names = Array.from({ length: 16 }, (_, i) => join(data, `${String(i).padStart(2, '0')}.png`));
    await Promise.all(names.map((name, i) => writeNoise(name, i)));
    await writeFile(names[15]!, 'no picture');
    const command = [
      ...['extract', '--data', data, '--out', inFolder('codes'), '--model', inFolder('tokenizer')],
      ...['--attempts', '2', '--json', ...queued(2)],
    ];
    const worker = startWorker();
    const failed = await startProgram(...command).ended;
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(
      /^restok: 1 shards failed for good: .*15\.png.* run the command again;.*\n$/,
    );
    await writeNoise(names[15]!, 15);
    const mended = startProgram(...command);
    const alone = inFolder('codes-alone');
    const whole = await startProgram(
      ...['extract', '--data', data, '--out', alone, '--model', inFolder('tokenizer'), '--json'],
    ).ended;
    const { code, stdout, stderr: problem } = await mended.ended;
    expect({ code }, problem).toEqual({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ shards: 2, splits: [{ split: 'train', pictures: 16 }] });
    // One process writes the same index, and so the same codes.
    expect({ code: whole.code }, whole.stderr).toEqual({ code: 0 });
    const files = (await readdir(join(alone, 'train'), { recursive: true })).filter((name) =>
      /\.\w+$/.test(name),
    );
    expect(files).toContain('codes.json');
    for (const file of files) {
      const [ofQueue, ofOne] = await Promise.all(
        [inFolder('codes'), alone].map((place) => readFile(join(place, 'train', file))),
      );
      expect(ofQueue!.equals(ofOne!), file).toBe(true);
    }
    worker.kill('SIGTERM');
    const { stderr } = await worker.ended;
    expect(stderr).toMatch(/shard 2\/2 failed \(try 1 of 2\): .*15\.png/);
    expect(stderr).toMatch(/shard 2\/2 failed \(try 2 of 2\): .*15\.png/);
  });

  it('evaluates with the digits of one process', async () => {
    const data = inFolder('scored');
    await Promise.all(Array.from({ length: 20 }, (_, i) => writeNoise(join(data, `${i}.png`), i)));
    // A BLAS rounds otherwise on two threads; workers take one unless told.
    const command = [
      ...['eval', 'reconstruction', '--data', data, '--model', inFolder('tokenizer'), '--json'],
      ...['--threads', '1'],
    ];
    const worker = startWorker();
    const [whole, merged] = await Promise.all([
      startProgram(...command).ended,
      startProgram(...command, '--out', inFolder('scores'), ...queued(2)).ended,
    ]);
    expect({ whole: whole.code, merged: merged.code }, merged.stderr).toEqual({ whole: 0, merged: 0 });
    // Shards say the last part of a path.
    const settings = { data: 'scored', model: 'tokenizer' };
    const report = JSON.parse(whole.stdout) as { readonly settings: object };
    expect(JSON.parse(merged.stdout)).toEqual({ ...report, settings: { ...report.settings, ...settings } });
    worker.kill('SIGTERM');
    expect((await worker.ended).stderr).toBe('');
  });

  it('evaluates generated pictures by FID with the digits of one process', async () => {
    const [samples, reference, inception] = ['made.npz', 'real.npz', 'inception.safetensors'].map(inFolder);
    await writeNoiseArchive(samples!, 0, 9);
    await writeNoiseArchive(reference!, 50, 4);
    const values = Float32Array.of(1);
    await writeSafetensors(inception!, [{ name: 'tiny', shape: [1], values: () => Promise.resolve(values) }]);
    vi.stubEnv('NODE_OPTIONS', `--import ${new URL('preload-tiny-inception.mjs', import.meta.url).href}`);
    const command = [
      ...['eval', 'generation', '--samples', samples!, '--reference', reference!, '--inception', inception!],
      ...['--threads', '1', '--json'],
    ];
    const worker = startWorker();
    const [whole, merged] = await Promise.all(
      [[], ['--out', inFolder('compared'), ...queued(2)]].map(
        (more) => startProgram(...command, ...more).ended,
      ),
    );
    expect({ whole: whole!.code, merged: merged!.code }, merged!.stderr).toEqual({ whole: 0, merged: 0 });
    const report = JSON.parse(whole!.stdout) as { readonly settings: object; metrics: { fid: number } };
    expect(report.metrics.fid).toBeGreaterThan(0);
    const shown = { samples: 'made.npz', reference: 'real.npz' };
    const weights = 'inception.safetensors (names of torchvision)';
    expect(JSON.parse(merged!.stdout)).toEqual({
      ...report,
      settings: { ...report.settings, ...shown, 'inception weights': weights },
    });
    worker.kill('SIGTERM');
    expect((await worker.ended).stderr).toBe('');
  });

  it('says in one line that no Redis answers', async () => {
    const { code, stderr } = await startProgram('work', '--queue', 'redis://127.0.0.1:1', '--json').ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^restok: no Redis answers at redis:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)\. Start it.*\n$/,
    );
  });
});
