import { CheckpointError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../test/memory-source';
import { f32, floatBytes, safetensorsBytes } from '../test/safetensors-bytes';
import { openShardedSafetensors } from './sharded-reader';

const INDEX = 'model.safetensors.index.json';
const SHARDS = {
  '1.safetensors': safetensorsBytes({ a: f32([1], 0, 4), both: f32([1], 4, 8) }, floatBytes(1, 2)),
  '2.safetensors': safetensorsBytes(
    { both: f32([1], 0, 4), count: { dtype: 'I64', shape: [1], data_offsets: [4, 12] } },
    [...floatBytes(3), ...new Uint8Array(8)],
  ),
};

function sourceWith(weightMap: unknown): ReturnType<typeof memorySource> {
  return memorySource({ ...SHARDS, [INDEX]: JSON.stringify({ metadata: {}, weight_map: weightMap }) });
}

describe('openShardedSafetensors', () => {
  it('reads every tensor from the shard that the index names', async () => {
    const source = sourceWith({ a: '1.safetensors', both: '2.safetensors', count: '2.safetensors' });
    const weights = await openShardedSafetensors(source, INDEX);
    expect([...weights.entries.keys()]).toEqual(['a', 'both']);
    expect(await weights.read('a')).toEqual(Float32Array.of(1));
    expect(await weights.read('both')).toEqual(Float32Array.of(3));
    await expect(weights.read('count')).rejects.toThrow('"count" of memory/2.safetensors must be F32');
    await expect(weights.read('b')).rejects.toThrow(`memory/${INDEX} holds no tensor "b"`);
    await weights.close();
    expect(source.isClosed()).toBe(true);
  });

  it.each([
    ['a missing shard', { a: '3.safetensors' }, `memory lacks "3.safetensors", which ${INDEX} names.`],
    [
      'a tensor in another shard',
      { a: '2.safetensors' },
      `2.safetensors lacks "a", which memory/${INDEX} puts`,
    ],
    ['__proto__ as a tensor in no shard', JSON.parse('{"__proto__": "1.safetensors"}'), 'lacks "__proto__"'],
    ['no map', undefined, `memory/${INDEX} has no weight_map of file names.`],
    ['a map of no tensors', {}, 'has no weight_map of file names'],
    ['a list', ['1.safetensors'], 'has no weight_map of file names'],
    ['a number as a file name', { a: 1 }, 'has no weight_map of file names'],
  ])('refuses %s', async (_what, weightMap, problem) => {
    const opening = openShardedSafetensors(sourceWith(weightMap), INDEX);
    await expect(opening).rejects.toThrow(CheckpointError);
    await expect(opening).rejects.toThrow(problem);
  });

  it.each(['../1.safetensors', '/etc/passwd', 'x/../../1.safetensors', '..\\1.safetensors', ''])(
    'refuses the shard name %j before it is looked at',
    async (shard) => {
      const source = sourceWith({ a: shard });
      const sizes: string[] = [];
      const { size } = source;
      source.size = (path) => {
        sizes.push(path);
        return size(path);
      };
      await expect(openShardedSafetensors(source, INDEX)).rejects.toThrow('leaves the model folder memory');
      expect(sizes).toEqual([INDEX]);
    },
  );

  it.each([
    ['a missing index', {}, `memory/${INDEX} does not exist. Check the path.`],
    ['an index that is not JSON', { [INDEX]: '{' }, `memory/${INDEX} is not JSON. Get the file again.`],
    ['an index that is null', { [INDEX]: 'null' }, 'has no weight_map of file names'],
    [
      'an index that names a tensor twice',
      { [INDEX]: '{"weight_map": {"a": "1.safetensors", "a": "2.safetensors"}}' },
      `memory/${INDEX} names "a" twice.`,
    ],
  ])('refuses %s', async (_what, files, problem) => {
    await expect(openShardedSafetensors(memorySource(files), INDEX)).rejects.toThrow(
      `openShardedSafetensors: ${problem.startsWith('has') ? `memory/${INDEX} ` : ''}${problem}`,
    );
  });

  it('refuses an index of a gigabyte without reading it', async () => {
    const source = sourceWith({});
    source.size = () => Promise.resolve(2 ** 30);
    await expect(openShardedSafetensors(source, INDEX)).rejects.toThrow('too many for an index');
    expect(source.reads).toEqual([]);
  });

  it('passes on the failure of a source instead of blaming the index', async () => {
    const source = sourceWith({ a: '1.safetensors' });
    source.read = () => Promise.reject(new CheckpointError('read: the connection broke. Try again.'));
    await expect(openShardedSafetensors(source, INDEX)).rejects.toThrow('the connection broke');
  });
});
