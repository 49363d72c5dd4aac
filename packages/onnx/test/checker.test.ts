import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import { tinyTokenizer, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportGenerator } from '../src/export/export-generator';
import { exportTokenizer } from '../src/export/export-tokenizer';
import { temporaryFolder } from './temporary-folder';

const run = promisify(execFile);

/** Debian's Python, where python3-onnx is. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

async function pythonWithOnnx(): Promise<string | undefined> {
  for (const python of PYTHONS) {
    const found = await run(python, ['-c', 'import onnx']).then(
      () => true,
      () => false,
    );
    if (found) {
      return python;
    }
  }
  return undefined;
}

const python = await pythonWithOnnx();

/** Checks a file as ONNX does, shapes and types of every operator included, and prints what it says of itself. */
const CHECK = `
import json, sys, onnx
onnx.checker.check_model(sys.argv[1], full_check=True)
model = onnx.load(sys.argv[1], load_external_data=False)
print(json.dumps({
  "opset": [o.version for o in model.opset_import],
  "metadata": {p.key: p.value for p in model.metadata_props},
  "external": sorted(t.name for t in model.graph.initializer if t.data_location == 1 and not t.name.startswith("constant_")),
  "inputs": [i.name for i in model.graph.input],
}))
`;

interface Checked {
  readonly opset: number[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly external: string[];
  readonly inputs: string[];
}

async function check(file: string): Promise<Checked> {
  const { stdout } = await run(python!, ['-c', CHECK, file]);
  return JSON.parse(stdout) as Checked;
}

describe('exported files', () => {
  beforeAll(() => useTestBackend('cpu'));

  it.skipIf(python === undefined)(
    `pass the checker of ONNX${python === undefined ? ' (python3-onnx is not installed here)' : ''}`,
    async () => {
      const folder = await temporaryFolder();
      const tokenizer = new ResTok(tinyTokenizer(), { seed: 1 });
      await exportTokenizer(tokenizer, folder);
      const [encode] = [await check(join(folder, 'encode.onnx')), await check(join(folder, 'decode.onnx'))];
      await check(join(folder, 'decode-codes.onnx'));
      expect(encode.opset).toEqual([17]);
      expect(encode.inputs).toEqual(['pixels']);
      expect(encode.external).toContain('encoder.blocks.0.attn.qkv.weight');
      expect(encode.metadata['restok.level_sizes']).toBe(tokenizer.levelSizes.join());
      expect(JSON.parse(encode.metadata['restok.config']!)).toEqual(
        JSON.parse(JSON.stringify(tokenizer.config)),
      );
      expect(encode.metadata['restok.weights_sha256']).toMatch(/^[0-9a-f]{64}$/);
      tokenizer.dispose();

      const config = {
        n_layer: 2,
        n_head: 2,
        dim: 16,
        vocab_size: 12,
        block_size: 16,
        num_classes: 3,
        har: true,
      };
      const generator = new Generator({ ...config, ar_token_num: 2, multiple_of: 16 }, { seed: 1 });
      for (const weights of ['float16', 'int8'] as const) {
        await exportGenerator(generator, folder, { weights });
        const step = await check(join(folder, 'step.onnx'));
        expect(step.inputs.slice(0, 3)).toEqual(['rows', 'positions', 'visible_keys']);
        expect(step.metadata['restok.weights']).toBe(weights);
      }
      generator.dispose();
    },
  );
});
