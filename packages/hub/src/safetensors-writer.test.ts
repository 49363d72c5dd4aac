import { CheckpointError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../test/memory-source';
import { openSafetensors } from './safetensors-reader';
import type { TensorToWrite, WriteSafetensorsOptions } from './safetensors-writer';
import { encodeSafetensors, safetensorsPieces } from './safetensors-writer';

const tensor = (name: string, shape: number[], ...values: number[]): TensorToWrite => ({
  name,
  shape,
  values: () => Float32Array.from(values),
});

async function writtenAndRead(
  tensors: readonly TensorToWrite[],
  options?: WriteSafetensorsOptions,
): Promise<Record<string, Float32Array>> {
  const source = memorySource({ w: await encodeSafetensors(tensors, options) });
  const weights = await openSafetensors(source, 'w');
  const read = [...weights.entries.keys()].map(async (name) => [name, await weights.read(name)] as const);
  return Object.fromEntries(await Promise.all(read));
}

describe('encodeSafetensors', () => {
  it('writes length, header and values as the format asks', async () => {
    const file = await encodeSafetensors([tensor('a', [2], 1, -2)], { metadata: { format: 'pt' } });
    const header = '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   ';
    expect(header.length % 8).toBe(0);
    expect([...file.subarray(0, 8)]).toEqual([header.length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(file.subarray(8, 8 + header.length))).toBe(header);
    expect([...file.subarray(8 + header.length)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it('gives what the reader reads, as F32 and as F16', async () => {
    const tensors = [tensor('ä.weight', [1, 2], 0.1, 2), tensor('none', [0]), tensor('one', [], -65504)];
    const values = {
      'ä.weight': Float32Array.of(0.1, 2),
      none: new Float32Array(0),
      one: Float32Array.of(-65504),
    };
    expect(await writtenAndRead(tensors)).toEqual(values);
    // 0.1 lies between 1638 / 2^14 and 1639 / 2^14 and is nearer to the first.
    values['ä.weight'][0] = 1638 / 2 ** 14;
    expect(await writtenAndRead(tensors, { dtype: 'F16' })).toEqual(values);
  });

  it('keeps infinities and NaN in both types', async () => {
    for (const dtype of ['F32', 'F16'] as const) {
      const { a } = await writtenAndRead([tensor('a', [3], Infinity, -Infinity, NaN)], { dtype });
      expect([...a!]).toEqual([Infinity, -Infinity, NaN]);
    }
  });

  it('takes names that objects have members of', async () => {
    const names = ['constructor', '__proto__', 'toString'];
    const read = await writtenAndRead(names.map((name, i) => tensor(name, [1], i)));
    expect(Object.entries(read).map(([name, [value]]) => [name, value])).toEqual([
      ['constructor', 0],
      ['__proto__', 1],
      ['toString', 2],
    ]);
  });

  it('writes a file that holds no tensors', async () => {
    expect(await encodeSafetensors([])).toHaveLength(16);
  });
});

describe('safetensorsPieces', () => {
  it('asks for values only when their turn comes', async () => {
    const asked: string[] = [];
    const tensors = ['a', 'b'].map((name) => ({
      name,
      shape: [1],
      values: () => {
        asked.push(name);
        return Promise.resolve(Float32Array.of(1));
      },
    }));
    const pieces = safetensorsPieces(tensors);
    await pieces.next();
    expect(asked).toEqual([]);
    await pieces.next();
    expect(asked).toEqual(['a']);
  });

  it.each<[string, TensorToWrite[], string]>([
    [
      'a name twice',
      [tensor('a', [1], 1), tensor('a', [1], 1)],
      'the name "a" occurs twice. Rename one tensor.',
    ],
    [
      'the name of the metadata',
      [tensor('__metadata__', [1], 1)],
      'no tensor may be named __metadata__. Rename it.',
    ],
    ['a negative side', [tensor('a', [-1, -1], 1)], '"a" must have a shape of whole numbers, got [-1, -1].'],
    ['half a side', [tensor('a', [0.5, 2], 1)], '"a" must have a shape of whole numbers, got [0.5, 2].'],
    ['a shape beyond exact numbers', [tensor('a', [2 ** 50, 2 ** 50], 1)], '"a" must have a shape of whole'],
  ])('refuses %s before the first piece', async (_what, tensors, problem) => {
    const first = safetensorsPieces(tensors).next();
    await expect(first).rejects.toThrow(CheckpointError);
    await expect(first).rejects.toThrow(`writeSafetensors: ${problem}`);
  });

  it('refuses values that do not fill their shape, naming the tensor', async () => {
    await expect(encodeSafetensors([tensor('a', [2, 2], 1, 2, 3)])).rejects.toThrow(
      'writeSafetensors: "a" must hold 4 values, got 3. Check its shape.',
    );
  });

  it.each([65520, -70000, 3e38])('refuses %d as F16 instead of writing infinity', async (value) => {
    await expect(encodeSafetensors([tensor('a', [2], 0, value)], { dtype: 'F16' })).rejects.toThrow(
      `writeSafetensors: "a" holds ${Math.fround(value)}, which F16 cannot. Save as F32.`,
    );
  });

  it('writes what rounds to the largest half', async () => {
    const { a } = await writtenAndRead([tensor('a', [1], 65519)], { dtype: 'F16' });
    expect(a).toEqual(Float32Array.of(65504));
  });
});
