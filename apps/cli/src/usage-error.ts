/** The command line asks for something impossible: the exit code is 2, as for an unknown option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
