import { CheckpointError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../test/memory-source';
import { f32, floatBytes, safetensorsBytes } from '../test/safetensors-bytes';
import { openSafetensors } from './safetensors-reader';

const half = (dtype: string, shape: number[], start: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

describe('openSafetensors', () => {
  it('reads F32, F16 and BF16 as float32', async () => {
    const header = { a: f32([1, 2], 0, 8), b: half('F16', [2], 8, 12), c: half('BF16', [2], 12, 16) };
    // 0x3c00 is 1 and 0x0001 is 2^-24 as F16; 0x3f80 is 1 and 0xc040 is -3 as BF16.
    const data = [...floatBytes(0.5, -2), 0x00, 0x3c, 0x01, 0x00, 0x80, 0x3f, 0x40, 0xc0];
    const weights = await openSafetensors(memorySource({ w: safetensorsBytes(header, data) }), 'w');
    expect([...weights.entries]).toEqual([
      ['a', { dtype: 'F32', shape: [1, 2] }],
      ['b', { dtype: 'F16', shape: [2] }],
      ['c', { dtype: 'BF16', shape: [2] }],
    ]);
    expect(await weights.read('a')).toEqual(Float32Array.of(0.5, -2));
    expect(await weights.read('b')).toEqual(Float32Array.of(1, 2 ** -24));
    expect(await weights.read('c')).toEqual(Float32Array.of(1, -3));
  });

  it('reads the header and then nothing but the tensors that are asked for', async () => {
    const file = safetensorsBytes({ a: f32([2], 0, 8), b: f32([1], 8, 12) }, floatBytes(1, 2, 3));
    const source = memorySource({ w: file });
    const weights = await openSafetensors(source, 'w');
    await weights.read('b');
    expect(source.reads).toEqual([
      ['w', 0, 8],
      ['w', 8, file.length - 12],
      ['w', file.length - 4, file.length],
    ]);
  });

  it('reads an empty tensor and a scalar', async () => {
    const file = safetensorsBytes({ none: f32([0, 4], 0, 0), one: f32([], 0, 4) }, floatBytes(7));
    const weights = await openSafetensors(memorySource({ w: file }), 'w');
    expect(await weights.read('none')).toEqual(new Float32Array(0));
    expect(await weights.read('one')).toEqual(Float32Array.of(7));
  });

  it('takes bytes from any place in a buffer of the source', async () => {
    const file = safetensorsBytes({ a: f32([2], 0, 8) }, floatBytes(1, 2));
    const shifted = Buffer.alloc(file.length + 1);
    shifted.set(file, 1);
    const source = {
      ...memorySource({ w: file }),
      read: (_path: string, start: number, end: number) =>
        Promise.resolve(shifted.subarray(start + 1, end + 1)),
    };
    const weights = await openSafetensors(source, 'w');
    expect(await weights.read('a')).toEqual(Float32Array.of(1, 2));
  });

  it('does not list tensors of other types, and says why when one is asked for', async () => {
    const header = { steps: half('I64', [1], 0, 8), a: f32([1], 8, 12) };
    const weights = await openSafetensors(memorySource({ w: safetensorsBytes(header, 12) }), 'w');
    expect([...weights.entries.keys()]).toEqual(['a']);
    await expect(weights.read('steps')).rejects.toThrow(
      'read: "steps" of memory/w must be F32, F16 or BF16, got I64. Convert it first.',
    );
  });

  it.each(['b', '__proto__', 'constructor'])(
    'names file and tensor when there is no tensor %s',
    async (name) => {
      const weights = await openSafetensors(memorySource({ w: safetensorsBytes('{}') }), 'w');
      await expect(weights.read(name)).rejects.toThrow(
        new CheckpointError(`read: memory/w holds no tensor "${name}". Use a file of this model.`),
      );
    },
  );

  it('names file and tensor when the source fails', async () => {
    const source = memorySource({ w: safetensorsBytes({ a: f32([1], 0, 4) }, 4) });
    const weights = await openSafetensors(source, 'w');
    source.read = () => Promise.reject(new CheckpointError('read: memory/w ends at byte 9. Get it again.'));
    await expect(weights.read('a')).rejects.toThrow(
      new CheckpointError('read: tensor "a": memory/w ends at byte 9. Get it again.'),
    );
  });

  it('passes on what is no error of the file, such as being stopped', async () => {
    const source = memorySource({ w: safetensorsBytes({ a: f32([1], 0, 4) }, 4) });
    const weights = await openSafetensors(source, 'w');
    const stopped = new Error('stopped');
    source.read = () => Promise.reject(stopped);
    await expect(weights.read('a')).rejects.toBe(stopped);
  });

  it('reads no more than the length field of a file whose header cannot be', async () => {
    const source = memorySource({ w: safetensorsBytes('{}', 100, 2n ** 63n) });
    await expect(openSafetensors(source, 'w')).rejects.toThrow(CheckpointError);
    expect(source.reads).toEqual([['w', 0, 8]]);
  });

  it.each([
    ['a missing file', {}, 'memory/w does not exist. Check the path.'],
    ['an empty file', { w: '' }, 'memory/w holds only 0 bytes. Get the file again.'],
    ['half a length field', { w: '1234' }, 'memory/w holds only 4 bytes. Get the file again.'],
    ['a web page', { w: '<!doctype html><html></html>' }, 'memory/w is not a valid safetensors file'],
  ])('refuses %s', async (_what, files, problem) => {
    await expect(openSafetensors(memorySource(files), 'w')).rejects.toThrow(`openSafetensors: ${problem}`);
  });

  it('closes its source', async () => {
    const source = memorySource({ w: safetensorsBytes('{}') });
    await (await openSafetensors(source, 'w')).close();
    expect(source.isClosed()).toBe(true);
  });
});
