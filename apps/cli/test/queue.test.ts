import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { Queue } from 'bullmq';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { QUEUE } from '../src/queue/queued-job';
import type { TestRedis } from './redis-server';
import { startRedis } from './redis-server';
import type { RunningProgram } from './run-command';
import { startProgram as startUntracked } from './run-command';
import { writeNoise } from './sample-pictures';
import { temporaryFolder } from './temporary-folder';
import { saveTinyGenerator } from './tiny-generator';
import { saveTinyModel } from './tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);

const NUM_SHARDS = 5;
/** Blocks of 16 pictures: long enough for a worker to be caught in a shard. */
const BLOCKS_PER_SHARD = 2;
/** Seconds after which a silent worker is taken for dead. */
const LOCK = 5;
/** Promised: Ctrl-C stops within a second. */
const STOP_MS = 1000;

let redis: TestRedis;
const started: RunningProgram[] = [];

function startProgram(...argv: string[]): RunningProgram {
  const program = startUntracked(...argv);
  started.push(program);
  return program;
}

const generation = (out: string, shards = NUM_SHARDS): string[] => [
  ...['generate', '--tokenizer', inFolder('tokenizer'), '--generator', inFolder('generator')],
  ...['--class', 'dogs', '--count', String(shards * BLOCKS_PER_SHARD * 16), '--seed', '3', '--top-p', '0.9'],
  ...['--backend', 'cpu', '--json', '--out', out],
];

const queued = (shards = NUM_SHARDS): string[] => [
  ...['--queue', redis.url, '--shards', String(shards), '--root', folder],
];

const startWorker = (...more: string[]): RunningProgram =>
  startProgram(
    ...['work', '--queue', redis.url, '--root', folder, '--lock', String(LOCK), '--json', ...more],
  );

async function withQueue<T>(use: (queue: Queue) => Promise<T>): Promise<T> {
  const { hostname, port } = new URL(redis.url);
  const queue = new Queue(QUEUE.name, {
    connection: { host: hostname, port: Number(port) },
    prefix: QUEUE.prefix,
  });
  queue.on('error', () => undefined);
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
}

/** The shard that a program is at, as soon as it is at one and so many are done. */
function shardOf(pid: number | undefined, numDone: number): Promise<Job> {
  return withQueue(async (queue) => {
    for (;;) {
      const done = await queue.getCompletedCount();
      const active = (await queue.getActive()).find(
        ({ name, processedBy }) => name === 'shard' && processedBy?.endsWith(`-${pid}`),
      );
      if (active !== undefined && done >= numDone) {
        return active;
      }
      await sleep(10);
    }
  });
}

/** How often each job of some work was started, the merge first. */
function timesStarted(id: string, shards: number): Promise<number[]> {
  return withQueue(async (queue) => {
    const ids = [id, ...Array.from({ length: shards }, (_, i) => `${id}-${i + 1}`)];
    const jobs = await Promise.all(ids.map((each) => queue.getJob(each)));
    return jobs.map((job) => job!.attemptsStarted);
  });
}

beforeAll(async () => {
  redis = await startRedis();
  await saveTinyModel(inFolder('tokenizer'));
  await saveTinyGenerator(inFolder('generator'));
});

afterEach(async () => {
  // Those that still run, as a test has failed, would take the work of the next one.
  started.forEach((program) => program.kill('SIGKILL'));
  await Promise.all(started.splice(0).map(({ ended }) => ended));
});

describe('restok work', () => {
  it('makes the bytes of one process though a worker is killed and Redis restarts', async () => {
    const out = inFolder('samples');
    const command = [...generation(out), ...queued()];
    const waiting = startProgram(...command);
    const killed = startWorker();
    const others = [startWorker(), startWorker()];

    const { data, id, parent } = await shardOf(killed.pid, 1);
    killed.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    const { shard } = data as { shard: number };
    expect(existsSync(join(out, `shards/${shard}-of-${NUM_SHARDS}.json`))).toBe(false);

    await redis.stop();
    await redis.start();
    // Somebody asks for the same a second time: nothing is queued anew.
    const again = startProgram(...command);
    const result = {
      folder: out,
      shards: NUM_SHARDS,
      pictures: NUM_SHARDS * BLOCKS_PER_SHARD * 16,
      file: join(out, 'samples.npz'),
    };
    for (const program of [waiting, again]) {
      const { code, stdout, stderr } = await program.ended;
      expect({ code }, stderr).toEqual({ code: 0 });
      expect(JSON.parse(stdout)).toEqual(result);
    }
    const [merge, ...shards] = await timesStarted(parent!.id!, NUM_SHARDS);
    expect(merge).toBe(1);
    expect(shards[shard - 1], id).toBeGreaterThanOrEqual(2);
    others.forEach((worker) => worker.kill('SIGTERM'));
    for (const { ended } of others) {
      const { signal, stderr } = await ended;
      expect(signal).toBe('SIGTERM');
      expect(stderr).toMatch(/Redis at redis:\/\/127\.0\.0\.1:\d+ is away.*\n(.*\n)*.* is back\./);
      expect(stderr).not.toMatch(/problem/);
    }

    expect((await startProgram(...generation(inFolder('all.npz'))).ended).code).toBe(0);
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
    const waiting = startProgram(...generation(out, 2), ...queued(2));
    const leaving = startWorker();
    const { id } = await shardOf(leaving.pid, 0);
    const startedAt = performance.now();
    leaving.kill('SIGINT');
    const { signal, stdout } = await leaving.ended;
    expect({ signal, stdout }).toEqual({ signal: 'SIGINT', stdout: '' });
    expect(performance.now() - startedAt).toBeLessThan(STOP_MS);
    expect(await withQueue(async (queue) => (await queue.getJob(id!))!.getState())).toBe('waiting');
    const staying = startWorker('--idle', '2');
    expect((await waiting.ended).code).toBe(0);
    expect(existsSync(join(out, 'samples.npz'))).toBe(true);
    const { code, stdout: summary } = await staying.ended;
    expect(code).toBe(0);
    expect(JSON.parse(summary)).toEqual({ shards: 2, merges: 1, failures: 0 });
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
    const { code, stdout } = await startProgram(...command).ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ shards: 2, splits: [{ split: 'train', pictures: 16 }] });
    worker.kill('SIGTERM');
    const { stderr } = await worker.ended;
    expect(stderr).toMatch(/shard 2\/2 failed \(try 1 of 2\): .*15\.png/);
    expect(stderr).toMatch(/shard 2\/2 failed \(try 2 of 2\): .*15\.png/);
  });

  it('says in one line that no Redis answers', async () => {
    const { code, stderr } = await startProgram('work', '--queue', 'redis://127.0.0.1:1', '--json').ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^restok: no Redis answers at redis:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)\. Start it.*\n$/,
    );
  });
});
