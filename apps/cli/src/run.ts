import { CommanderError } from 'commander';
import { createProgram } from './program';

/** Exit codes of the command line. */
const FAILED = 1;
const WRONG_USAGE = 2;

/**
 * Runs the command line: errors become one line on standard error that says what to do.
 *
 * @param argv arguments after the program's name.
 * @returns 0, 1 when something failed, 2 for wrong usage.
 */
export async function run(argv: readonly string[], version: string): Promise<number> {
  const program = createProgram(version);
  for (const each of [program, ...program.commands]) {
    each.exitOverride();
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : WRONG_USAGE;
    }
    const isDebugging = program.opts<{ debug: boolean }>().debug || argv.includes('--debug');
    process.stderr.write(`\r${describe(error, isDebugging)}\n`);
    return FAILED;
  }
}

function describe(error: unknown, withStack: boolean): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return withStack && error.stack !== undefined ? error.stack : error.message.split('\n').join(' ');
}
