import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { run } from '../src/run';

/** How a command ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process, on sources, as the program would. */
export async function runCommand(...argv: string[]): Promise<CommandResult> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  try {
    return { code: await run(argv, '0.0.0'), ...written };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}

const PROGRAM = fileURLToPath(new URL('../dist/restok.js', import.meta.url));

/** A running program. */
export interface RunningProgram {
  readonly pid: number | undefined;
  /** Whether it has not ended. */
  readonly isRunning: boolean;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Omit<CommandResult, 'code'> & { code: number | null; signal: string | null }>;
}

/** Starts the built program as a process of its own. */
export function startProgram(...argv: string[]): RunningProgram {
  if (!existsSync(PROGRAM)) {
    throw new Error(`startProgram: ${PROGRAM} does not exist. Run npm run build first.`);
  }
  const child = spawn(process.execPath, [PROGRAM, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => (stdout += String(data)));
  child.stderr.on('data', (data) => (stderr += String(data)));
  const ended = new Promise<Awaited<RunningProgram['ended']>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    pid: child.pid,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
