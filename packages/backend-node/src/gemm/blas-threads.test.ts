import type { LibraryHandle } from 'koffi';
import { describe, expect, it } from 'vitest';
import { onOneThread, threadSetter, threadsFor } from './blas-threads';

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

describe('onOneThread', () => {
  /** A library that keeps a number of threads, as OpenBLAS and MKL do. */
  function libraryOf(getter: string, setter: string): { library: LibraryHandle; threads: () => number } {
    let threads = 2;
    const func = (prototype: string): unknown => {
      if (prototype.includes(`${getter}(`)) {
        return () => threads;
      }
      if (prototype.includes(`${setter}(`)) {
        return (value: number) => void (threads = value);
      }
      throw new Error('not in this library');
    };
    return { library: { func } as LibraryHandle, threads: () => threads };
  }

  it.each([
    ['openblas_get_num_threads', 'openblas_set_num_threads'],
    ['MKL_Get_Max_Threads', 'MKL_Set_Num_Threads'],
    ['bli_thread_get_num_threads', 'bli_thread_set_num_threads'],
  ])('sets the threads of %s to one meanwhile, also where it fails', (getter, setter) => {
    const { library, threads } = libraryOf(getter, setter);
    expect(onOneThread(library, threads)).toBe(1);
    expect(threads()).toBe(2);
    const failing = (): never => {
      throw new RangeError('no');
    };
    expect(() => onOneThread(library, failing)).toThrow(RangeError);
    expect(threads()).toBe(2);
  });

  it('just runs where a library has no such setting', () => {
    expect(onOneThread(libraryWith([], []), () => 3)).toBe(3);
  });
});
