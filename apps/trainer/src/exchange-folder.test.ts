import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExchangeFolder, removeStaleFolders } from './exchange-folder';

let place: string;
const made: ExchangeFolder[] = [];

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'exchange-folder-test-'));
});

afterEach(() => {
  made.splice(0).forEach((folder) => folder.remove());
  rmSync(place, { recursive: true });
});

function create(bytes: number, candidates: string[]): ExchangeFolder {
  const folder = ExchangeFolder.create(bytes, candidates);
  made.push(folder);
  return folder;
}

describe('ExchangeFolder', () => {
  it('makes a folder that only its owner may enter, named for host and process', () => {
    const { path } = create(1000, [place]);
    expect(dirname(path)).toBe(place);
    expect(path).toContain(`restok-trainer-${hostname()}-${process.pid}-`);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('takes the first place that is there and has room for twice as much', () => {
    const roomy = mkdtempSync(join(place, 'roomy-'));
    expect(dirname(create(1000, [join(place, 'missing'), roomy, place]).path)).toBe(roomy);
  });

  it('takes the last place when none has room', () => {
    const last = mkdtempSync(join(place, 'last-'));
    expect(dirname(create(1e18, [place, last]).path)).toBe(last);
  });

  it('removes itself with what it holds, once asked or when the process exits', () => {
    const [asked, exiting] = [create(1, [place]), create(1, [place])];
    writeFileSync(join(asked.path, 'parameters'), 'values');
    asked.remove();
    expect(existsSync(asked.path)).toBe(false);
    // What the process would call.
    process.listeners('exit').at(-1)!(0);
    expect(existsSync(exiting.path)).toBe(false);
  });

  it('leaves no listener behind', () => {
    const before = process.listenerCount('exit');
    create(1, [place]).remove();
    expect(process.listenerCount('exit')).toBe(before);
  });
});

describe('removeStaleFolders', () => {
  it('removes the folders of processes of this host that are gone, and nothing else', () => {
    const { pid: gone } = spawnSync(process.execPath, ['--version']);
    const prefix = `restok-trainer-${hostname()}`;
    const others = [
      `${prefix}-${process.pid}-abcdef`,
      `restok-trainer-other${hostname()}-${gone}-abcdef`,
      `${prefix}-${gone}`,
      `other-${prefix}-${gone}-abcdef`,
    ];
    for (const name of [`${prefix}-${gone}-abcdef`, ...others]) {
      mkdirSync(join(place, name));
      writeFileSync(join(place, name, 'parameters'), 'values');
    }
    removeStaleFolders([join(place, 'missing'), place]);
    expect(readdirSync(place).sort()).toEqual(others.sort());
  });
});
