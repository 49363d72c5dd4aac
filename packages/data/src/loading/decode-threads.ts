import { Worker } from 'node:worker_threads';
import { DataError } from '@restok/core/errors';
import { problemOf } from '../read-file';
import type { DecodeAnswer, DecodeRequest } from './decode-worker';
import type { PictureDecoder } from './picture-decoder';
import type { PictureJob, PreparedPicture } from './prepare-picture';

const WORKER_SCRIPT = new URL('./decode-worker.js', import.meta.url);

interface Waiting {
  resolve(prepared: PreparedPicture): void;
  reject(error: DataError): void;
}

/** A thread and what it has not answered yet. */
interface Member {
  readonly thread: Worker;
  readonly waiting: Map<number, Waiting>;
}

/**
 * Threads that prepare pictures. Everything that is asked for is handed over at once, to the thread with the least to
 * do, so that they work on while the caller's thread is busy. Idle threads do not keep the process alive.
 */
export class DecodeThreads implements PictureDecoder {
  private readonly members: readonly Member[];
  private lastId = 0;
  private ended: DataError | undefined;

  /**
   * @param count how many, at least 1.
   * @param script what they run.
   */
  constructor(count: number, script: URL = WORKER_SCRIPT) {
    this.members = Array.from({ length: count }, () => this.start(script));
  }

  prepare(job: PictureJob): Promise<PreparedPicture> {
    if (this.ended !== undefined) {
      return Promise.reject(this.ended);
    }
    const member = this.members.reduce((least, each) =>
      each.waiting.size < least.waiting.size ? each : least,
    );
    const id = ++this.lastId;
    member.thread.ref();
    return new Promise((resolve, reject) => {
      member.waiting.set(id, { resolve, reject });
      member.thread.postMessage({ id, job } satisfies DecodeRequest);
    });
  }

  async close(): Promise<void> {
    this.end('was closed. Open the pictures again');
    await Promise.all(this.members.map(({ thread }) => thread.terminate()));
  }

  private start(script: URL): Member {
    const thread = new Worker(script);
    const member: Member = { thread, waiting: new Map() };
    thread.unref();
    thread.on('message', (answer: DecodeAnswer) => settle(member, answer));
    thread.on('error', (error) =>
      this.end(`ended (${problemOf(error)}). Run again; with threads 0 none is used`),
    );
    thread.on('exit', (code) => this.end(`ended with code ${code}. Run again; with threads 0 none is used`));
    return member;
  }

  /** Without one thread pictures would be missing, so all that is waited for fails; the first reason counts. */
  private end(reason: string): void {
    this.ended ??= new DataError(`DecodeThreads: a decoding thread ${reason}.`);
    for (const { waiting } of this.members ?? []) {
      waiting.forEach(({ reject }) => reject(this.ended!));
      waiting.clear();
    }
  }
}

function settle({ thread, waiting }: Member, answer: DecodeAnswer): void {
  const { resolve, reject } = waiting.get(answer.id) ?? {};
  waiting.delete(answer.id);
  if (waiting.size === 0) {
    thread.unref();
  }
  if ('error' in answer) {
    reject?.(new DataError(answer.error));
  } else {
    resolve?.(answer);
  }
}
