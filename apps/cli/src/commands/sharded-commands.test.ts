import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import { shardedCommands } from './sharded-commands';

const root = temporaryFolder();
const { share, ready } = shardedCommands.extract;
mkdirSync(join(root, 'model'));

const options = {
  ...{ data: join(root, 'data'), out: join(root, 'out'), model: join(root, 'model') },
  ...{
    tenCrop: false,
    backend: 'auto',
    threads: 2,
    json: true,
    attempts: 3,
    queue: { url: 'redis://secret@h' },
  },
};

describe('shardedCommands', () => {
  it('share what decides the result, with paths from the root', () => {
    expect(share(options, root)).toEqual({
      ...{ data: 'data', out: 'out', model: 'folder:model', tenCrop: false, backend: 'auto' },
    });
  });

  it('share every path of a list', () => {
    const evaluation = shardedCommands['eval reconstruction'];
    const files = ['vgg16.safetensors', 'linear.safetensors'];
    const { data, out } = options;
    const given = { data, out, lpips: files.map((name) => join(root, name)), backend: 'auto' };
    const shared = evaluation.share(given, root);
    expect(shared).toEqual({ data: 'data', out: 'out', lpips: files, backend: 'auto' });
    expect(evaluation.ready(shared, root).out).toBe(join(root, 'out'));
    expect(() => evaluation.ready({ ...shared, lpips: ['../weights'] }, root)).toThrow(DataError);
    expect(() => evaluation.ready({ ...shared, lpips: 'vgg16.safetensors' }, root)).toThrow(DataError);
  });

  it('share the engine, and refuse one that there is not', () => {
    const shared = share({ ...options, engine: 'onnx' }, root);
    expect(shared).toMatchObject({ engine: 'onnx', model: 'folder:model' });
    expect(ready(shared, root).out).toBe(options.out);
    expect(() => ready({ ...shared, engine: 'steam' }, root)).toThrow(DataError);
  });

  it('find the places again under another root', () => {
    const other = join(root, 'model');
    expect(ready({ ...share(options, root), model: undefined }, other).out).toBe(join(other, 'out'));
  });

  it.each<[string, Record<string, unknown>]>([
    ['an unknown option', { exec: 'rm' }],
    ['a path outside of the root', { out: '../out' }],
    ['a model outside of the root', { model: 'folder:/etc' }],
    ['a value of another kind', { tenCrop: 'yes' }],
    ['an unknown backend', { backend: 'abacus' }],
  ])('refuse %s', (_what, changes) => {
    expect(() => ready({ ...share(options, root), ...changes }, root)).toThrow(DataError);
  });
});
