import { availableParallelism, totalmem } from 'node:os';
import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { selfTest, useNodeBackend } from '@restok/backend-node';
import { ResTok } from '@restok/tokenizer';
import { createOutput } from '../output';
import { asBatch, readForModel } from '../picture-batch';
import { shippedPath, shippedTokenizer } from '../shipped-model';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** `restok doctor`: what this machine offers, and whether it computes the right numbers. */
export async function doctor(options: { readonly json: boolean }): Promise<void> {
  const info = await useNodeBackend();
  const kernels = await selfTest('cpu');
  const wrong = kernels.filter(({ ok }) => !ok);
  const worst = Math.max(...kernels.map(({ error }) => error));
  const checks: Check[] = [
    {
      name: 'kernels',
      ok: wrong.length === 0,
      detail:
        wrong.length === 0
          ? `${kernels.length} agree with their references, worst relative difference ${worst.toExponential(1)}`
          : `wrong: ${wrong.map(({ name, error }) => `${name} (${error.toExponential(1)})`).join(', ')}`,
    },
    await checkShippedModel(),
  ];
  const ok = checks.every((check) => check.ok);
  const machine = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
  createOutput(options).result({ ok, machine, backend: info, checks }, [
    `Node ${machine.node}, ${machine.platform}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB`,
    `backend   ${info.backend}: ${info.gemm} (${info.library}), ${info.threads} threads`,
    `          ${info.reason}`,
    ...checks.map((check) => `${check.ok ? 'ok   ' : 'WRONG'} ${check.name}: ${check.detail}`),
  ]);
  if (!ok) {
    process.exitCode = 1;
  }
}

/** The shipped model must give the indices that are stored with it. */
async function checkShippedModel(): Promise<Check> {
  const stored = JSON.parse(await readFile(shippedPath('emoji-64/tokenizer/reference.json'), 'utf8')) as {
    picture: string;
    indices: number[];
  };
  const tokenizer = await ResTok.fromPretrained(shippedTokenizer());
  const size = tokenizer.config.dataset.preprocessing.crop_size;
  const pixels = asBatch(await readForModel(shippedPath(`emoji-64/samples/${stored.picture}`), size));
  const { indices, codes } = tokenizer.encode(pixels);
  const actual = indices.dataSync();
  const different = stored.indices.filter((index, i) => index !== actual[i]).length;
  tf.dispose([pixels, indices, codes]);
  tokenizer.dispose();
  return {
    name: 'shipped model',
    ok: different === 0,
    detail:
      different === 0
        ? `${stored.picture} gives the stored ${stored.indices.length} indices`
        : `${different} of ${stored.indices.length} indices of ${stored.picture} differ from the stored ones`,
  };
}
