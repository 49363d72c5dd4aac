import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOutput, printError, rateText } from './output';

function capture(name: 'stdout' | 'stderr'): () => string {
  const spy = vi.spyOn(process[name], 'write').mockReturnValue(true);
  return () => spy.mock.calls.map(([text]) => String(text)).join('');
}

function pretendTerminal(isTerminal: boolean): void {
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(
    Object.assign(Object.create(process.stderr) as typeof process.stderr, { isTTY: isTerminal }),
  );
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('createOutput', () => {
  it('writes one JSON object with --json, else the lines', () => {
    const stdout = capture('stdout');
    createOutput({ json: true }).result({ a: 1 }, ['one']);
    createOutput({ json: false }).result({ a: 1 }, ['one', 'two']);
    expect(stdout()).toBe('{"a":1}\none\ntwo\n');
  });

  it('shows no progress where standard error is no terminal', () => {
    pretendTerminal(false);
    const stderr = capture('stderr');
    createOutput({ json: false }).progress('half');
    expect(stderr()).toBe('');
  });

  it('shows progress on a terminal and clears it before an error', () => {
    pretendTerminal(true);
    const stderr = capture('stderr');
    const { progress } = createOutput({ json: false });
    progress('half');
    progress('too soon to be read');
    printError('bad');
    expect(stderr()).toBe('\r\u001b[Khalf\r\u001b[Kbad\n');
  });
});

describe('rateText', () => {
  it('says how many, how fast and how long still', () => {
    // 10 of 40 in 5 seconds: 2 a second, 15 more seconds.
    vi.spyOn(performance, 'now').mockReturnValue(6000);
    expect(rateText(10, 40, 1000, 'pictures')).toBe('10/40 pictures, 2.0 a second, 15 s left');
  });
});
