import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SelfTestResult } from '@restok/backend-node';
import { readCodes } from '@restok/data';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel } from '../../test/tiny-model';
import { describeKernels } from '../kernel-checks';
import { doctor } from './doctor';

const folder = temporaryFolder();
const model = join(folder, 'tokenizer');
const QUIET = { backend: 'cpu', json: true } as const;

async function storeReference(change: (indices: number[]) => number[]): Promise<void> {
  const { indices } = await readCodes(join(folder, 'codes.npz'));
  const reference = { picture: 'a.png', indices: change([...indices]) };
  await writeFile(join(model, 'reference.json'), JSON.stringify(reference));
}

/** Runs the doctor on a shipped model of ours; its report is what it writes to standard output. */
async function examine(): Promise<{ report: unknown; error: unknown }> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const error: unknown = await doctor(QUIET, model).catch((problem: unknown) => problem);
    return { report: JSON.parse(String(write.mock.calls[0]![0])) as unknown, error };
  } finally {
    write.mockRestore();
  }
}

beforeAll(async () => {
  await saveTinyModel(model);
  await mkdir(join(folder, 'samples'));
  const picture = await writeNoise(join(folder, 'samples/a.png'), 1);
  await runCommand(
    'encode',
    picture,
    '--model',
    model,
    '--backend',
    'cpu',
    '--out',
    join(folder, 'codes.npz'),
  );
});

describe('doctor', () => {
  it('names the backend, why, and every provider of products, and checks the kernels with each', async () => {
    const { code, stdout, stderr } = await runCommand('doctor', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { ok, backend, providers, checks } = JSON.parse(stdout) as {
      ok: boolean;
      backend: { backend: string; reason: string };
      providers: { name: string; available: boolean }[];
      checks: { name: string; ok: boolean }[];
    };
    expect(ok).toBe(true);
    expect(backend).toMatchObject({ backend: 'restok-node', reason: expect.stringMatching(/\.$/) as string });
    expect(providers.map(({ name }) => name)).toEqual(['blas', 'ort', 'wasm']);
    const available = providers.filter((provider) => provider.available).map(({ name }) => name);
    expect(available).toContain('wasm');
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(available.map((name) => `kernels with ${name}`)),
    );
  });

  it('passes where the shipped model gives its stored indices', async () => {
    await storeReference((indices) => indices);
    const { report, error } = await examine();
    expect(error).toBeUndefined();
    expect(report).toMatchObject({
      ok: true,
      checks: [
        { name: 'kernels' },
        { name: 'shipped model', ok: true, detail: 'a.png gives the 8 stored indices' },
      ],
    });
  });

  it('fails after its report where an index differs', async () => {
    await storeReference(([first, ...rest]) => [(first! + 1) % 64, ...rest]);
    const { report, error } = await examine();
    expect(error).toMatchObject({
      message: expect.stringMatching(/^restok doctor: shipped model: wrong\./) as string,
    });
    expect(report).toMatchObject({
      ok: false,
      checks: [{ ok: true }, { ok: false, detail: '1 of 8 indices of a.png differ from the stored ones' }],
    });
  });

  it('fails where the stored indices are damaged', async () => {
    await writeFile(join(model, 'reference.json'), '{"picture": "a.png"');
    const { report, error } = await examine();
    expect(error).toBeInstanceOf(Error);
    expect(report).toMatchObject({
      checks: [
        { ok: true },
        { detail: expect.stringMatching(/reference\.json is missing or damaged/) as string },
      ],
    });
  });
});

describe('describeKernels', () => {
  it('names the kernels that are wrong', () => {
    const results: readonly SelfTestResult[] = [
      { name: 'linear', error: 1e-7, ok: true },
      { name: 'gelu', error: 0.5, ok: false },
    ];
    expect(describeKernels('kernels', results)).toEqual({
      name: 'kernels',
      ok: false,
      detail: 'wrong: gelu (5.0e-1)',
    });
  });
});
