import { describe, expect, it } from 'vitest';
import { crc32c } from '../../test/read-events';
import { frameRecord } from './record';

describe('frameRecord', () => {
  it('puts the length before the data, little-endian, in eight bytes', () => {
    const frame = frameRecord(Uint8Array.from([7, 8, 9]));
    expect(frame.length).toBe(8 + 4 + 3 + 4);
    expect([...frame.subarray(0, 8)]).toEqual([3, 0, 0, 0, 0, 0, 0, 0]);
    expect([...frame.subarray(12, 15)]).toEqual([7, 8, 9]);
  });

  it('follows the data by its rotated CRC-32C plus a constant', () => {
    // The published check value of CRC-32C is that of the digits 1 to 9.
    const digits = new TextEncoder().encode('123456789');
    const checksum = 0xe3069283;
    expect(crc32c(digits)).toBe(checksum);
    // 1110 0011 0000 0110 1 | 001 0010 1000 0011: the last 15 bits come first.
    const rotated = 0b00100101000001111100011000001101;
    expect(rotated).toBe(((checksum >>> 15) | (checksum << 17)) >>> 0);
    const frame = frameRecord(digits);
    const stored = new DataView(frame.buffer).getUint32(8 + 4 + 9, true);
    expect(stored).toBe((rotated + 0xa282ead8) % 2 ** 32);
  });

  it('frames no data at all', () => {
    expect(frameRecord(new Uint8Array()).length).toBe(16);
  });
});
