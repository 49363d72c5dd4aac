import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/tiny-training';
import { TrainingLog } from './training-log';

const at = temporaryFolder();

async function written(name: string, text: string): Promise<string> {
  await writeFile(at(name), text);
  return at(name);
}

describe('TrainingLog', () => {
  it('writes one JSON object a line', async () => {
    const log = new TrainingLog(at('new', 'log.jsonl'));
    await log.resumeFrom(0);
    await log.append({ step: 1, totalLoss: 0.5 });
    await log.append({ step: 2, totalLoss: 0.25 });
    const lines = (await readFile(at('new', 'log.jsonl'), 'utf8')).split('\n');
    expect(lines).toEqual(['{"step":1,"totalLoss":0.5}', '{"step":2,"totalLoss":0.25}', '']);
  });

  it('drops what came after the step that a run resumes from', async () => {
    const path = await written(
      'later.jsonl',
      '{"step":1}\n{"step":2}\n{"step":2,"evaluation":{}}\n{"step":3}\n',
    );
    await new TrainingLog(path).resumeFrom(2);
    expect(await readFile(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n{"step":2,"evaluation":{}}\n');
  });

  it('drops a line that was cut off, and what is no entry', async () => {
    const path = await written('cut.jsonl', '{"step":1}\nnull\n{"steps":1}\n{"step":2,"total');
    const log = new TrainingLog(path);
    await log.resumeFrom(2);
    await log.append({ step: 2 });
    expect(await readFile(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n');
  });

  it('throws where the log is there but cannot be read', async () => {
    await mkdir(at('folder.jsonl'));
    await expect(new TrainingLog(at('folder.jsonl')).resumeFrom(0)).rejects.toThrow('EISDIR');
  });
});
