/** What the file system's codes mean to somebody at the command line. */
const SYSTEM_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied. Choose another path',
  EEXIST: 'something else is there. Choose another path',
  EISDIR: 'it is a folder. Name a file',
  ENAMETOOLONG: 'the name is too long. Choose a shorter one',
  ENOENT: 'it does not exist. Check the path',
  ENOSPC: 'the disk is full. Make room',
  ENOTDIR: 'a part of the path is not a folder. Choose another path',
  EPERM: 'permission is denied. Choose another path',
  EROFS: 'the disk is read-only. Choose another path',
};

/** An error as one line that says what to do. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) {
    return oneLine(String(error));
  }
  const { code, path } = error as NodeJS.ErrnoException;
  const problem = SYSTEM_PROBLEMS[code ?? ''];
  return problem === undefined || path === undefined
    ? oneLine(error.message)
    : `restok: cannot use ${path}: ${problem}.`;
}

/** Lines joined, without space at the ends. */
export function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}
