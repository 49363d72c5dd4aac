import { describe, expect, it } from 'vitest';
import type { Program } from './program';
import { foldGroups, packParameters, reads, shaderOf, updates } from './program';

const program: Program = {
  key: 'test',
  buffers: { x: reads(), y: updates('i32') },
  parameters: { size: 'u32', scale: 'f32' },
  workgroupSize: 32,
  code: 'fn main(lane: u32, group: u32) { y[lane] = i32(p.scale * x[lane]); }',
};

describe('foldGroups', () => {
  it('folds more workgroups than one direction takes into a few rows, with few to spare', () => {
    expect(foldGroups(7)).toEqual([7, 1]);
    expect(foldGroups(65_535)).toEqual([65_535, 1]);
    expect(foldGroups(65_537)).toEqual([32_769, 2]);
  });
});

describe('packParameters', () => {
  it('writes the numbers in order, the workgroups last, to a multiple of 16 bytes', () => {
    const view = new DataView(packParameters(program, { size: 3, scale: 0.5 }, 9));
    expect(view.byteLength).toBe(16);
    expect([view.getUint32(0, true), view.getFloat32(4, true), view.getUint32(8, true)]).toEqual([3, 0.5, 9]);
  });
});

describe('shaderOf', () => {
  it('declares buffers in order after the numbers, and the size of a workgroup', () => {
    const shader = shaderOf(program);
    expect(shader).toContain('struct Parameters { size: u32, scale: f32, groups: u32 }');
    expect(shader).toContain('@binding(1) var<storage, read> x: array<f32>;');
    expect(shader).toContain('@binding(2) var<storage, read_write> y: array<i32>;');
    expect(shader).toContain('@workgroup_size(32)');
  });
});
