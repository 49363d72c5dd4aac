import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder';
import { stoppable } from './stop-signals';

const folder = temporaryFolder();
const secondFolder = temporaryFolder();

/** Instead of the end of this process. */
function watchKill() {
  return vi.spyOn(process, 'kill').mockReturnValue(true);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('stoppable', () => {
  it('returns what the work returns and then leaves signals alone', async () => {
    const listenersBefore = process.listenerCount('SIGINT');
    expect(await stoppable(() => Promise.resolve(7))).toBe(7);
    expect(process.listenerCount('SIGINT')).toBe(listenersBefore);
  });

  it('lets the work end before the program ends by the same signal', async () => {
    const kill = watchKill();
    let written = false;
    await stoppable(async (signal) => {
      process.emit('SIGINT', 'SIGINT');
      expect(signal.aborted).toBe(true);
      await sleep(20);
      expect(kill).not.toHaveBeenCalled();
      written = true;
    });
    expect(written).toBe(true);
    expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGINT');
  });

  it('ends the program and clears partial files away when the work takes too long', async () => {
    const kill = watchKill();
    const partial = join(folder, `a.png.${process.pid}.partial`);
    const other = join(folder, 'b.png');
    await Promise.all([writeFile(partial, ''), writeFile(other, '')]);
    await stoppable(
      async () => {
        process.emit('SIGTERM', 'SIGTERM');
        await vi.waitFor(() => expect(kill).toHaveBeenCalledWith(process.pid, 'SIGTERM'));
        expect(existsSync(partial)).toBe(false);
        expect(existsSync(other)).toBe(true);
      },
      { folder, patience: 10 },
    );
  });

  it('clears partial files away from several folders, also when one is missing', async () => {
    const kill = watchKill();
    const partials = [folder, secondFolder].map((each) => join(each, `c.npy.${process.pid}.partial`));
    await Promise.all(partials.map((partial) => writeFile(partial, '')));
    await stoppable(
      async () => {
        process.emit('SIGINT', 'SIGINT');
        await vi.waitFor(() => expect(kill).toHaveBeenCalledWith(process.pid, 'SIGINT'));
      },
      { folder: [join(folder, 'none'), folder, secondFolder], patience: 10 },
    );
    expect(partials.filter((partial) => existsSync(partial))).toEqual([]);
  });

  it('ends the program once, after all works that run beside each other', async () => {
    const kill = watchKill();
    const ended: string[] = [];
    const work = (name: string, milliseconds: number): Promise<void> =>
      stoppable(async () => {
        await sleep(milliseconds);
        expect(kill).not.toHaveBeenCalled();
        ended.push(name);
      });
    const both = Promise.all([work('short', 20), work('long', 80)]);
    process.emit('SIGINT', 'SIGINT');
    await both;
    expect(ended).toEqual(['short', 'long']);
    expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGINT');
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it('goes on listening between works inside another, and lets that one end', async () => {
    const kill = watchKill();
    const off = vi.spyOn(process, 'off');
    await stoppable(async (outer) => {
      await stoppable(() => Promise.resolve());
      expect(off).not.toHaveBeenCalled();
      await stoppable(async (inner) => {
        process.emit('SIGINT', 'SIGINT');
        expect([outer.aborted, inner.aborted]).toEqual([true, true]);
        await sleep(1);
      });
      expect(kill).not.toHaveBeenCalled();
      // What begins after the signal is told, too.
      await stoppable((inner) => Promise.resolve(expect(inner.aborted).toBe(true)));
      expect(kill).not.toHaveBeenCalled();
    });
    expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGINT');
  });

  it('ends the program at once at a second signal', async () => {
    const kill = watchKill();
    await stoppable(
      async () => {
        process.emit('SIGINT', 'SIGINT');
        process.emit('SIGINT', 'SIGINT');
        expect(kill).toHaveBeenCalledWith(process.pid, 'SIGINT');
      },
      { patience: Infinity },
    );
  });
});
