import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Output } from '../output';
import type { Report } from '../shards/sharded-command';
import type { ShardReply, ShardRequest } from './shard-request';

/** The program that computes, beside this one in `dist`. */
const PROGRAM = fileURLToPath(new URL('./shard-process.js', import.meta.url));

/** How work is computed. */
export interface ComputeOptions {
  /** The folder that machines share; nothing is read or written elsewhere. */
  readonly root: string;
  /** Threads of matrix products. */
  readonly threads: number;
  readonly output: Output;
}

/** A process of its own for computing, so that this one always answers Redis and signals. */
export interface ComputeProcess {
  /**
   * Makes a shard or a merge, one at a time.
   *
   * @throws Error with one line of what went wrong, also when the process has died.
   */
  run(request: ShardRequest): Promise<Report>;
  /** Ends the process; a file that it is writing is finished or cleared away first. */
  end(): Promise<void>;
}

/** Computes in a process of its own, which starts with the first request and again after it has died. */
export function computeApart({ root, threads, output }: ComputeOptions): ComputeProcess {
  let child: ChildProcess | undefined;
  const start = (): ChildProcess => {
    const started = fork(PROGRAM, [root, String(threads)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // Ctrl-C in a terminal reaches this process alone, which then decides.
      detached: true,
    });
    started.once('exit', () => {
      child = child === started ? undefined : child;
    });
    return started;
  };
  return {
    run(request) {
      child ??= start();
      return answerOf(child, request, output);
    },
    async end() {
      const ending = child;
      if (ending === undefined) {
        return;
      }
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      ending.kill('SIGTERM');
      await ended;
    },
  };
}

function answerOf(child: ChildProcess, request: ShardRequest, output: Output): Promise<Report> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      end();
    };
    const onMessage = (message: unknown): void => {
      const reply = message as ShardReply;
      if (reply.type === 'progress') {
        output.progress(reply.text);
      } else {
        settle(() => (reply.type === 'done' ? resolve(reply.report) : reject(new Error(reply.line))));
      }
    };
    const onExit = (code: number | null, signal: string | null): void => {
      const how = signal ?? `exit code ${code}`;
      settle(() =>
        reject(
          new Error(
            `restok: the process that computed it ended (${how}). Where that was for want of memory, start fewer workers on the machine.`,
          ),
        ),
      );
    };
    const onError = (error: Error): void => settle(() => reject(error));
    child.on('message', onMessage).once('exit', onExit).once('error', onError);
    child.send(request);
  });
}
