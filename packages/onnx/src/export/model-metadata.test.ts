import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ResTok } from '@restok/tokenizer';
import { tinyTokenizer, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import { exportTokenizer } from './export-tokenizer';
import { manifestOf, metadataOf } from './model-metadata';

/** Tags of a key and its value in the metadata of a model, both of fewer than 128 bytes. */
function entryOf(key: string, value: string): Buffer {
  return Buffer.from(
    `\n${String.fromCharCode(key.length)}${key}\u0012${String.fromCharCode(value.length)}${value}`,
    'latin1',
  );
}

async function encoderOf(config: object): Promise<Buffer> {
  const folder = await temporaryFolder();
  const source = new ResTok({ ...tinyTokenizer(), ...config }, { seed: 2 });
  await exportTokenizer(source, folder);
  source.dispose();
  return readFile(join(folder, 'encode.onnx'));
}

describe('metadataOf', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('puts the licence of the model into each graph', async () => {
    const licensed = await encoderOf({ license: 'CC0-1.0' });
    expect(licensed.includes(entryOf('license', 'CC0-1.0'))).toBe(true);
    expect(licensed.includes(entryOf('restok.kind', 'tokenizer'))).toBe(true);
    const unlicensed = await encoderOf({});
    expect(unlicensed.includes(entryOf('restok.kind', 'tokenizer'))).toBe(true);
    expect(unlicensed.includes('license')).toBe(false);
  });

  it('leaves out what a config does not say', () => {
    expect(metadataOf(manifestOf('tokenizer', { license: 7 }, {}), [1, 1, 2])).toEqual({
      'restok.kind': 'tokenizer',
      'restok.config': '{"license":7}',
      'restok.level_sizes': '1,1,2',
      'restok.weights': 'float32',
    });
  });
});
