import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import { UsageError } from '../usage-error';
import { localModel, localPath, sharedModel, sharedPath } from './shared-paths';

const folder = temporaryFolder();
const root = join(folder, 'root');
mkdirSync(join(root, 'models/a'), { recursive: true });
mkdirSync(join(folder, 'elsewhere'));
symlinkSync(join(folder, 'elsewhere'), join(root, 'link'));

describe('sharedPath', () => {
  it('is the way from the root, whatever the root is called', () => {
    expect(sharedPath(join(root, 'models/a'), root)).toBe('models/a');
    expect(sharedPath(root, root)).toBe('.');
  });

  it('refuses what is not below the root', () => {
    expect(() => sharedPath(join(folder, 'elsewhere'), root)).toThrow(UsageError);
    expect(() => sharedPath(join(folder, 'root-2'), root)).toThrow(/must be below .*root, .* --root/);
  });
});

describe('localPath', () => {
  it('finds the place again, also where nothing is yet', () => {
    expect(localPath('models/a', root)).toBe(join(root, 'models/a'));
    expect(localPath('out/codes', root)).toBe(join(root, 'out/codes'));
    expect(localPath('.', root)).toBe(root);
  });

  it.each(['../elsewhere', '/etc', 'models/../../elsewhere', 'link', 'link/new', 'a\0b', '..\\x'])(
    'refuses %j',
    (path) => {
      expect(() => localPath(path, root)).toThrow(DataError);
      expect(() => localPath(path, root)).toThrow(/must stay below/);
    },
  );
});

describe('localModel', () => {
  it('gives back folders, URLs and hub ids', () => {
    const model = join(root, 'models/a');
    expect(localModel(sharedModel(model, root), root)).toBe(model);
    for (const source of ['https://example.org/model', 'owner/name.v2']) {
      expect(localModel(sharedModel(source, root), root)).toBe(source);
    }
  });

  it.each(['folder:../elsewhere', 'source:/etc/passwd', 'source:../x', 'source:a', 'models/a', ''])(
    'refuses %j',
    (model) => {
      expect(() => localModel(model, root)).toThrow(DataError);
    },
  );
});
