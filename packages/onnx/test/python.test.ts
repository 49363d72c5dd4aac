import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tensor2d } from '@tensorflow/tfjs-core';
import { ResTok } from '@restok/tokenizer';
import { tinyTokenizer, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportTokenizer } from '../src/export/export-tokenizer';
import { temporaryFolder } from './temporary-folder';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../python/decode_codes.py', import.meta.url));

/** RESTOK_PYTHON names a Python with onnxruntime where the usual one has none. */
const python = process.env.RESTOK_PYTHON ?? 'python3';
const hasRuntime = await run(python, ['-c', 'import numpy, onnxruntime']).then(
  () => true,
  () => false,
);

describe('decode_codes.py', () => {
  beforeAll(() => useTestBackend('cpu'));

  it.skipIf(!hasRuntime)(
    `decodes codes of restok encode as the tokenizer does${hasRuntime ? '' : ` (${python} has no onnxruntime here; RESTOK_PYTHON names another)`}`,
    async () => {
      const folder = await temporaryFolder();
      const tokenizer = new ResTok(tinyTokenizer(), { seed: 1, initialization: 'variancePreserving' });
      await exportTokenizer(tokenizer, folder);
      const indices = Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
      const codes = join(folder, 'codes.npz');
      const write = `import numpy; numpy.savez("${codes}", indices=numpy.arange(1, 9, dtype=numpy.int32).reshape(2, 4))`;
      await run(python, ['-c', write]);
      const out = join(folder, 'pixels.npy');
      await run(python, [SCRIPT, codes, folder, out, '2']);

      const file = await readFile(out);
      const expected = tokenizer.decodeIndices(tensor2d(indices, [2, 4], 'int32'), { numKept: 2 });
      const rounded = expected.dataSync().map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255));
      expect(file.toString('latin1', 10, 120)).toContain("'shape': (2, 8, 8, 3)");
      const pixels = file.subarray(file.length - rounded.length);
      // A value that lies between two numbers may round to either.
      pixels.forEach((value, i) => expect(Math.abs(value - rounded[i]!)).toBeLessThanOrEqual(1));
      tokenizer.dispose();
    },
  );
});
