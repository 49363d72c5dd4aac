import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { memory, scalar, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { CheckpointError } from '@restok/core';
import { testBackends, useTestBackend } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ValueFile } from './value-file';

describe.each(testBackends)('ValueFile on %s', (backend) => {
  let folder: string;
  let made: { close(): void }[];

  beforeEach(async () => {
    await useTestBackend(backend);
    folder = mkdtempSync(join(tmpdir(), 'value-file-test-'));
    made = [];
  });

  afterEach(() => {
    made.forEach((file) => file.close());
    rmSync(folder, { recursive: true });
  });

  function open(access: 'read' | 'write'): ValueFile {
    const file = new ValueFile(join(folder, 'values'), access);
    made.push(file);
    return file;
  }
  const valuesOf = (tensors: Tensor[]): number[][] => tensors.map((each) => [...each.dataSync()]);

  it('carries the values of tensors of any rank, every time anew', () => {
    const [writer, reader] = [open('write'), open('read')];
    writer.write([tensor2d([[1, 2, 3]]), scalar(-4)]);
    const first = reader.read([[1, 3], []]);
    writer.write([tensor2d([[5, 6, 7]]), scalar(8)]);
    const second = reader.read([[1, 3], []]);
    expect(first.map(({ shape }) => shape)).toEqual([[1, 3], []]);
    expect(valuesOf(first)).toEqual([[1, 2, 3], [-4]]);
    expect(valuesOf(second)).toEqual([[5, 6, 7], [8]]);
  });

  it('keeps every bit, of NaN and infinity too', () => {
    const [writer, reader] = [open('write'), open('read')];
    const values = [NaN, Infinity, -0, 1e-42, Math.fround(0.1)];
    writer.write([tensor1d(values)]);
    expect(valuesOf(reader.read([[5]]))[0]).toEqual(values.map(Math.fround));
  });

  it('throws CheckpointError naming the file when it holds fewer values', () => {
    const [writer, reader] = [open('write'), open('read')];
    writer.write([tensor1d([1, 2])]);
    expect(() => reader.read([[2], [1]])).toThrow(CheckpointError);
    expect(() => reader.read([[2], [1]])).toThrow(/values must hold at least 12 bytes, got 8/);
  });

  it('makes a file that only its owner may read', () => {
    open('write');
    expect(statSync(join(folder, 'values')).mode & 0o077).toBe(0);
  });

  it('leaves the tensors that it writes, and gives those that it reads to the caller', () => {
    const [writer, reader] = [open('write'), open('read')];
    const written = tensor1d([1, 2]);
    const before = memory().numTensors;
    writer.write([written]);
    const read = reader.read([[2]]);
    expect(memory().numTensors).toBe(before + 1);
    expect([...written.dataSync()]).toEqual([1, 2]);
    read[0]!.dispose();
  });
});
