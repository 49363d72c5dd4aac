import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Colour types of the format. */
export const PNG_COLOUR = { grey: 0, rgb: 2, palette: 3, rgba: 6 } as const;

export interface PngBytesOptions {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  /** Rows before compression, each with its filter byte in front. */
  readonly rows: readonly number[];
  /** Chunks between header and data. */
  readonly chunks?: Readonly<Record<string, readonly number[]>>;
}

/** A PNG put together by hand, so that it may be odd or claim what it does not hold. */
export function pngBytes({ width, height, depth, colour, rows, chunks = {} }: PngBytesOptions): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...Object.entries(chunks).map(([type, data]) => chunk(type, Buffer.from(data))),
    chunk('IDAT', deflateSync(Buffer.from(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(data.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
