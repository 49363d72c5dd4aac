import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors } from '@restok/hub';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fixtureNames, openFixture } from './fixture';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-fixtures-'));
  const file = await encodeSafetensors([{ name: 'a', shape: [2], values: () => Float32Array.of(1, 2) }]);
  await mkdir(join(folder, 'own'));
  await mkdir(join(folder, 'loss-generator-step'));
  await writeFile(join(folder, 'own', 'config.json'), '{ "reference": { "seed": 7 } }');
  await writeFile(join(folder, 'own', 'io.safetensors'), file);
  await writeFile(join(folder, 'loss-generator-step', 'grads.safetensors'), file);
  vi.stubEnv('RESTOK_FIXTURES', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe('openFixture', () => {
  it('opens a fixture of the folder that RESTOK_FIXTURES names', () => {
    const fixture = openFixture('own');
    expect(fixture.config.reference.seed).toBe(7);
    expect([...fixture.tensors('io')]).toEqual([['a', { shape: [2], values: Float32Array.of(1, 2) }]]);
  });

  it('finds there what a bundled fixture lacks', () => {
    const fixture = openFixture('loss-generator-step');
    expect(fixture.tensors('io').get('image')!.shape).toEqual([2, 3, 128, 128]);
    expect(fixture.tensors('grads').get('a')!.values).toEqual(Float32Array.of(1, 2));
    expect(fixture.has('loss_module')).toBe(false);
  });

  it('throws an error that names what is in no folder', () => {
    expect(() => openFixture('none')).toThrow('openFixture: none/config.json is in none of ');
    expect(() => openFixture('own').weights()).toThrow('own/model.safetensors');
  });
});

describe('fixtureNames', () => {
  it('lists those of both folders that hold reference numbers', () => {
    expect(fixtureNames('o')).toEqual(['optim', 'own']);
    expect(fixtureNames('loss-')).toEqual(['loss-generator-step']);
    expect(fixtureNames('loss-', 'loss_module')).toEqual([]);
  });
});
