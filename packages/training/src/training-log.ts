import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A log of one JSON object a line, each with a `step`. */
export class TrainingLog {
  constructor(private readonly path: string) {}

  /** Drops what came after a step, and a line that was cut off, so that a resumed run repeats nothing. */
  async resumeFrom(step: number): Promise<void> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => isUpTo(line, step));
    await mkdir(dirname(this.path), { recursive: true });
    await writeFile(this.path, lines.map((line) => `${line}\n`).join(''));
  }

  async append(entry: { readonly step: number } & Readonly<Record<string, unknown>>): Promise<void> {
    await appendFile(this.path, `${JSON.stringify(entry)}\n`);
  }
}

function isUpTo(line: string, step: number): boolean {
  try {
    const entry = JSON.parse(line) as { step?: unknown };
    return typeof entry.step === 'number' && entry.step <= step;
  } catch {
    return false;
  }
}
