import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunReader } from './run-reader';

describe('RunReader', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'restok-reader-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (text: string): void => appendFileSync(join(folder, 'log.jsonl'), text);

  it('reads nothing of a run that has not begun', async () => {
    const news = await new RunReader(folder).read();
    expect(news).toEqual({ restarted: false, entries: [], samples: undefined });
  });

  it('reads each whole line once, and half a line when it is whole', async () => {
    const reader = new RunReader(folder);
    write('{"step":1,"loss":2}\n{"step":2,"lo');
    expect((await reader.read()).entries).toEqual([{ step: 1, loss: 2 }]);
    expect((await reader.read()).entries).toEqual([]);
    write('ss":1.5}\nno entry\n{"steps":3}\n');
    expect((await reader.read()).entries).toEqual([{ step: 2, loss: 1.5 }]);
  });

  it('begins again when a resumed run has replaced the log', async () => {
    const reader = new RunReader(folder);
    write('{"step":1}\n{"step":2}\n{"step":3}\n');
    expect((await reader.read()).entries).toHaveLength(3);
    writeFileSync(join(folder, 'partial'), '{"step":1}\n');
    renameSync(join(folder, 'partial'), join(folder, 'log.jsonl'));
    expect(await reader.read()).toMatchObject({ restarted: true, entries: [{ step: 1 }] });
    expect(await reader.read()).toMatchObject({ restarted: false, entries: [] });
  });

  it('goes on where it was when a folder was in place of the log for a while', async () => {
    const reader = new RunReader(folder);
    const [log, aside] = [join(folder, 'log.jsonl'), join(folder, 'aside')];
    write('{"step":1}\n');
    expect((await reader.read()).entries).toHaveLength(1);
    renameSync(log, aside);
    mkdirSync(log);
    expect(await reader.read()).toMatchObject({ restarted: false, entries: [] });
    rmSync(log, { recursive: true });
    renameSync(aside, log);
    write('{"step":2}\n');
    expect(await reader.read()).toMatchObject({ restarted: false, entries: [{ step: 2 }] });
  });

  it('names all samples when there are new ones, in the order of their steps', async () => {
    const reader = new RunReader(folder);
    mkdirSync(join(folder, 'samples'));
    for (const name of ['step-0000020.png', 'step-0000003.png', 'notes.txt', 'step-0000003.png.partial']) {
      writeFileSync(join(folder, 'samples', name), '');
    }
    expect((await reader.read()).samples).toEqual(['step-0000003.png', 'step-0000020.png']);
    expect((await reader.read()).samples).toBeUndefined();
  });

  it('has paths for samples and for nothing else', () => {
    const reader = new RunReader('/run');
    expect(reader.samplePath('step-0000003.png')).toBe(join('/run', 'samples', 'step-0000003.png'));
    expect(reader.samplePath('../log.jsonl')).toBeUndefined();
    expect(reader.samplePath('step-3.png/../../x')).toBeUndefined();
  });
});
