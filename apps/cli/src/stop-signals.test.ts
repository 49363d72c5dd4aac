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
