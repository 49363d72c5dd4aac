import { describe, expect, it } from 'vitest';
import { runLogged } from './run-logged.mjs';

const node = process.execPath;

describe('runLogged', () => {
  it('keeps what the command prints', async () => {
    const result = await runLogged('run-logged-test', [node, '-e', 'console.log(1); console.error(2)']);
    expect(result.ok).toBe(true);
    expect(result.problem).toBe('');
    expect(result.output.split('\n').sort()).toEqual(['', '1', '2']);
  });

  it('tells the exit code and the end of the output', async () => {
    const result = await runLogged('run-logged-test', [
      node,
      '-e',
      'console.log("why"); process.exitCode = 3',
    ]);
    expect(result.ok).toBe(false);
    expect(result.problem).toMatch(/^why\n.*: ended with code 3\. The whole log: /);
  });

  it('ends a command that hangs', async () => {
    const result = await runLogged('run-logged-test', [node, '-e', 'setInterval(() => {}, 1000)'], {
      timeout: 300,
    });
    expect(result.problem).toContain('ended after 0.3 s without an answer');
  });

  it('tells that a program does not exist', async () => {
    expect((await runLogged('run-logged-test', ['no-such-program'])).problem).toContain('ENOENT');
  });
});
