import { CommanderError } from 'commander';
import { releaseBackend } from './backend-release';
import { errorLine } from './error-line';
import { printError } from './output';
import { createProgram } from './program';
import { UsageError } from './usage-error';

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
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed it.
      return error.exitCode === 0 ? 0 : WRONG_USAGE;
    }
    const { debug } = program.opts<{ debug: boolean }>();
    printError(debug && error instanceof Error ? (error.stack ?? error.message) : errorLine(error));
    return error instanceof UsageError ? WRONG_USAGE : FAILED;
  } finally {
    releaseBackend();
  }
}
