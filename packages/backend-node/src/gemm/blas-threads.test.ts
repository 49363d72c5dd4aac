import type { LibraryHandle } from 'koffi';
import { describe, expect, it } from 'vitest';
import { threadSetter, threadsFor } from './blas-threads';

/** A library with some functions, which note what they are called with. */
function libraryWith(functions: readonly string[], calls: string[]): LibraryHandle {
  const func = (prototype: string): ((value: number) => void) => {
    const name = functions.find((each) => prototype.includes(`${each}(`));
    if (name === undefined) {
      throw new Error('not in this library');
    }
    return (value) => void calls.push(`${name} ${value}`);
  };
  return { func } as LibraryHandle;
}

describe('threadsFor', () => {
  it.each([
    ['the scores of a head', { m: 128, n: 128, k: 64 }, 1],
    ['a larger product', { m: 128, n: 129, k: 64 }, 2],
    ['a few rows more than few', { m: 17, n: 128, k: 128 }, 1],
    ['few rows', { m: 16, n: 128, k: 128 }, 2],
  ])('gives %s as many as are quickest', (_, sizes, expected) => {
    expect(threadsFor(sizes, 2)).toBe(expected);
  });
});

describe('threadSetter', () => {
  it.each(['openblas_set_num_threads', 'MKL_Set_Num_Threads', 'bli_thread_set_num_threads'])(
    'calls %s when the number changes',
    (name) => {
      const calls: string[] = [];
      const setThreads = threadSetter(libraryWith([name], calls));
      [2, 2, 1, 1, 2].forEach(setThreads);
      expect(calls).toEqual([`${name} 2`, `${name} 1`, `${name} 2`]);
    },
  );

  it('leaves a library as it is that has no such setting', () => {
    const calls: string[] = [];
    threadSetter(libraryWith([], calls))(2);
    expect(calls).toEqual([]);
  });
});
