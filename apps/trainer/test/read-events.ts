import { readFileSync } from 'node:fs';

/** An event as read back from a file. */
export interface ReadEvent {
  readonly time: number;
  readonly step: number;
  readonly version?: string;
  /** 1 is a start. */
  readonly session?: number;
  readonly scalars: Readonly<Record<string, number>>;
  readonly pictures: Readonly<Record<string, { width: number; height: number; png: Buffer }>>;
}

/**
 * Reads a file of events by nothing but the descriptions of TFRecord, CRC-32C and Protocol Buffers.
 *
 * @returns the events that are whole, and how many bytes follow them.
 * @throws Error for a checksum that does not fit.
 */
export function readEvents(path: string): { events: ReadEvent[]; rest: number } {
  const file = readFileSync(path);
  const events: ReadEvent[] = [];
  let at = 0;
  while (at + 12 <= file.length) {
    const length = Number(file.readBigUInt64LE(at));
    if (at + 16 + length > file.length) {
      break;
    }
    const data = file.subarray(at + 12, at + 12 + length);
    check(file.subarray(at, at + 8), file.readUInt32LE(at + 8));
    check(data, file.readUInt32LE(at + 12 + length));
    events.push(eventOf(data));
    at += 16 + length;
  }
  return { events, rest: file.length - at };
}

function check(data: Buffer, masked: number): void {
  const rotated = (masked - 0xa282ead8) >>> 0;
  const checksum = ((rotated << 15) | (rotated >>> 17)) >>> 0;
  if (checksum !== crc32c(data)) {
    throw new Error(`readEvents: the checksum ${checksum} does not fit`);
  }
}

/** CRC-32C bit by bit, polynomial 0x1EDC6F41 reflected. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}

type Field = readonly [number: number, value: number | Buffer];

/** Fields of a message: numbers for varints and fixed widths (as doubles or singles), bytes for the rest. */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) {
        return value;
      }
    }
  };
  while (at < message.length) {
    const key = varint();
    const number = key >> 3;
    switch (key & 7) {
      case 0:
        yield [number, varint()];
        break;
      case 1:
        yield [number, message.readDoubleLE(at)];
        at += 8;
        break;
      case 2: {
        const length = varint();
        yield [number, message.subarray(at, at + length)];
        at += length;
        break;
      }
      case 5:
        yield [number, message.readFloatLE(at)];
        at += 4;
        break;
      default:
        throw new Error(`readEvents: wire type ${key & 7} is unknown`);
    }
  }
}

function eventOf(data: Buffer): ReadEvent {
  const fields = new Map(fieldsOf(data));
  const scalars: Record<string, number> = {};
  const pictures: Record<string, { width: number; height: number; png: Buffer }> = {};
  for (const [, value] of fieldsOf((fields.get(5) as Buffer | undefined) ?? Buffer.alloc(0))) {
    const parts = new Map(fieldsOf(value as Buffer));
    const tag = String(parts.get(1));
    if (parts.has(2)) {
      scalars[tag] = parts.get(2) as number;
    }
    if (parts.has(4)) {
      const image = new Map(fieldsOf(parts.get(4) as Buffer));
      const [height, width, png] = [image.get(1), image.get(2), image.get(4)];
      pictures[tag] = { width: width as number, height: height as number, png: png as Buffer };
    }
  }
  const session = fields.get(7) as Buffer | undefined;
  return {
    time: fields.get(1) as number,
    step: (fields.get(2) as number | undefined) ?? 0,
    version: fields.get(3)?.toString(),
    session: session && (new Map(fieldsOf(session)).get(1) as number),
    scalars,
    pictures,
  };
}
