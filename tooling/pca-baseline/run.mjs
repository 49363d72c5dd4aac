import { rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { useNodeBackend } from '@restok/backend-node';
import { openEmoji } from '@restok/data';
import { pcaBaseline } from './baseline.mjs';

const usage =
  'node tooling/pca-baseline/run.mjs --data DIR [--out FILE.json] [--json] [--passes 4] [--seed 1]';

/** How good quantized principal components are at storing the emoji set: the line that a tokenizer must beat. */
async function main() {
  const { data, out, json, passes, seed } = readArguments();
  const startedAt = performance.now();
  const { gemm } = await useNodeBackend();
  const train = await openEmoji(data, 'train');
  const test = await openEmoji(data, 'test');
  const result = {
    command: `node tooling/pca-baseline/run.mjs --data DIR --passes ${passes} --seed ${seed}`,
    pictures: { train: train.count, test: test.count },
    ...(await pcaBaseline(train, test, { passes, seed, onProgress: showProgress })),
    gemm,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
  showProgress('');
  const text = `${JSON.stringify(result, null, 2)}\n`;
  if (out !== undefined) {
    await writeFile(`${out}.partial`, text);
    await rename(`${out}.partial`, out);
  }
  process.stdout.write(json ? text : table(result));
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        data: { type: 'string' },
        out: { type: 'string' },
        json: { type: 'boolean', default: false },
        passes: { type: 'string', default: '4' },
        seed: { type: 'string', default: '1' },
      },
    });
    const passes = Number(values.passes);
    const seed = Number(values.seed);
    if (values.data === undefined || !(Number.isInteger(passes) && passes > 0) || !Number.isInteger(seed)) {
      throw new Error('--data must be a folder, --passes a whole number above 0, --seed a whole number');
    }
    return { ...values, passes, seed };
  } catch (error) {
    process.stderr.write(`pca-baseline: ${error.message}. Usage: ${usage}\n`);
    process.exit(2);
  }
}

function showProgress(text) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\x1b[K${text}`);
  }
}

function table({ pictures, meanPicture, fixed, best, seconds }) {
  const row = ({ bits, components, bitsPerComponent, quantizer, psnr }) =>
    `${String(bits).padStart(5)}  ${`${components} x ${bitsPerComponent}`.padEnd(9)}  ${quantizer.padEnd(9)}  ${psnr.toFixed(2)}`;
  return [
    `${pictures.test} test pictures, components of ${pictures.train} training pictures, ${seconds} s`,
    ` bits  split      quantizer  PSNR in dB`,
    `    0  mean                  ${meanPicture.toFixed(2)}`,
    ...fixed.map(row),
    'best split of a budget, chosen on the training pictures',
    ...best.map(row),
    '',
  ].join('\n');
}

main().catch((error) => {
  process.stderr.write(`pca-baseline: ${error.message}\n`);
  process.exit(1);
});
