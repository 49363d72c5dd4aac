import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEvents } from '../../test/read-events';
import { EventFile } from './event-file';

describe('EventFile', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'restok-events-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('begins with the form and the first step, and appends scalars and pictures', async () => {
    const file = await EventFile.begin(join(folder, 'new'), 1);
    await file.writeScalars(2, new Map([['train/loss', 0.5]]));
    const png = Uint8Array.from({ length: 300 }, (_, i) => i % 251);
    await file.writePicture(4, 'samples', { width: 640, height: 480, png });
    const { events, rest } = readEvents(file.path);
    expect(rest).toBe(0);
    expect(events).toMatchObject([
      { step: 0, version: 'brain.Event:2' },
      { step: 1, session: 1 },
      { step: 2, scalars: { 'train/loss': 0.5 } },
      { step: 4, pictures: { samples: { width: 640, height: 480, png: Buffer.from(png) } } },
    ]);
    const now = Date.now() / 1000;
    for (const { time } of events) {
      expect(time).toBeGreaterThan(now - 60);
      expect(time).toBeLessThanOrEqual(now);
    }
  });

  it('begins a new file for every run, whose name sorts behind those that are there', async () => {
    const paths: string[] = [];
    for (let run = 0; run < 3; run++) {
      paths.push((await EventFile.begin(folder, 1 + run)).path);
    }
    // As of a clock that was far ahead; and something that is no file of events.
    writeFileSync(join(folder, 'events.out.tfevents.4000000000.host.1'), '');
    writeFileSync(join(folder, 'notes.txt'), '');
    paths.push((await EventFile.begin(folder, 9)).path);
    expect(new Set(paths).size).toBe(4);
    expect([...paths].sort()).toEqual(paths);
    expect(paths[3]).toContain('tfevents.4000000001.');
    expect(readdirSync(folder).filter((name) => name.startsWith('events'))).toHaveLength(5);
  });

  it('leaves what is whole readable when the last event is cut off', async () => {
    const file = await EventFile.begin(folder, 1);
    await file.writeScalars(1, new Map([['a', 1]]));
    appendFileSync(file.path, Buffer.from([9, 0, 0]));
    const { events, rest } = readEvents(file.path);
    expect(events).toHaveLength(3);
    expect(rest).toBe(3);
  });
});
