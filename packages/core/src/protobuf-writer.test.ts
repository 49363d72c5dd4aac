import { describe, expect, it } from 'vitest';
import { ProtobufWriter } from './protobuf-writer';

const bytesOf = (write: (writer: ProtobufWriter) => void): number[] => {
  const writer = new ProtobufWriter();
  write(writer);
  return [...writer.finish()];
};

describe('ProtobufWriter', () => {
  it('writes 150 in field 1 as the specification does', () => {
    expect(bytesOf((writer) => writer.integer(1, 150))).toEqual([0x08, 0x96, 0x01]);
  });

  it('writes 0, and offsets beyond 32 bits', () => {
    expect(bytesOf((writer) => writer.integer(1, 0))).toEqual([0x08, 0x00]);
    expect(bytesOf((writer) => writer.integer(1, 2 ** 35))).toEqual([8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]);
  });

  it('writes -1 as ten bytes of two’s complement', () => {
    expect(bytesOf((writer) => writer.integer(1, -1))).toEqual([8, ...new Array<number>(9).fill(0xff), 0x01]);
  });

  it('writes text with its length, as the specification does', () => {
    expect(bytesOf((writer) => writer.text(2, 'testing'))).toEqual([
      0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67,
    ]);
  });

  it('writes field numbers above 15 in two bytes', () => {
    expect(bytesOf((writer) => writer.integer(20, 1))).toEqual([0xa0, 0x01, 0x01]);
  });

  it('writes single precision in little-endian order', () => {
    expect(bytesOf((writer) => writer.float(2, 1))).toEqual([0x15, 0, 0, 0x80, 0x3f]);
  });

  it('writes double precision in little-endian order', () => {
    expect(bytesOf((writer) => writer.double(1, -2))).toEqual([0x09, 0, 0, 0, 0, 0, 0, 0, 0xc0]);
  });

  it('puts a message inside another', () => {
    const inner = new ProtobufWriter().integer(1, 150);
    expect(bytesOf((writer) => writer.message(3, inner))).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  });
});
