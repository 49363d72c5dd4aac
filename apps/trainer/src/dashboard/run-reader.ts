import type { FileHandle } from 'node:fs/promises';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A line of the log. */
export type LogEntry = { readonly step: number } & Readonly<Record<string, unknown>>;

/** What is new in the folder of a run. */
export interface RunNews {
  /** Whether the log was written anew, so that earlier entries no longer hold. */
  readonly restarted: boolean;
  readonly entries: readonly LogEntry[];
  /** Names of all pictures in `samples`, oldest first; undefined when they are the same as before. */
  readonly samples: readonly string[] | undefined;
}

const SAMPLE_NAME = /^step-\d+\.png$/;
const NEW_LINE = 0x0a;

/** Follows the log and the samples of a run by reading what was added; the run may be over, or not have begun. */
export class RunReader {
  private position = 0;
  private file: number | undefined;
  private sampleNames = '';

  constructor(private readonly folder: string) {}

  async read(): Promise<RunNews> {
    const { restarted, entries } = await this.readLog();
    return { restarted, entries, samples: await this.readSamples() };
  }

  /** Path of a sample, or undefined for a name that no sample has. */
  samplePath(name: string): string | undefined {
    return SAMPLE_NAME.test(name) ? join(this.folder, 'samples', name) : undefined;
  }

  /** A resumed run replaces its log, which shows by another file or a shorter one. */
  private async readLog(): Promise<Pick<RunNews, 'restarted' | 'entries'>> {
    const file = await open(join(this.folder, 'log.jsonl'), 'r').catch(() => undefined);
    if (file === undefined) {
      return { restarted: false, entries: [] };
    }
    try {
      return await this.readNewLines(file);
    } finally {
      await file.close();
    }
  }

  private async readNewLines(file: FileHandle): Promise<Pick<RunNews, 'restarted' | 'entries'>> {
    const found = await file.stat();
    if (!found.isFile()) {
      return { restarted: false, entries: [] };
    }
    const restarted = this.file !== undefined && (found.ino !== this.file || found.size < this.position);
    if (restarted) {
      this.position = 0;
    }
    this.file = found.ino;
    const bytes = Buffer.alloc(Math.max(0, found.size - this.position));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, this.position);
    const whole = bytes.subarray(0, bytes.subarray(0, bytesRead).lastIndexOf(NEW_LINE) + 1);
    this.position += whole.length;
    return { restarted, entries: whole.toString('utf8').split('\n').flatMap(entryOf) };
  }

  private async readSamples(): Promise<readonly string[] | undefined> {
    const names = await readdir(join(this.folder, 'samples')).catch(() => []);
    const samples = names.filter((name) => SAMPLE_NAME.test(name)).sort();
    const joined = samples.join();
    if (joined === this.sampleNames) {
      return undefined;
    }
    this.sampleNames = joined;
    return samples;
  }
}

/** No entry for what is none. */
function entryOf(line: string): LogEntry[] {
  try {
    const entry = JSON.parse(line) as LogEntry | null;
    return typeof entry?.step === 'number' ? [entry] : [];
  } catch {
    return [];
  }
}
