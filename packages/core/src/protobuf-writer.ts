/** Kinds of fields in Protocol Buffers. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Bits of a varint's byte that carry the value. */
const GROUP_BITS = 7n;

/**
 * Writes a Protocol Buffers message field by field. Repeated fields are written one by one, which every reader takes.
 *
 * @source Protocol Buffers, "Encoding".
 */
export class ProtobufWriter {
  private readonly pieces: Uint8Array[] = [];
  private length = 0;

  /** A whole number of up to 64 bits; negative ones as two's complement. */
  integer(field: number, value: number | bigint): this {
    return this.append(varint(BigInt((field << 3) | VARINT))).append(varint(BigInt(value)));
  }

  /** A number in single precision. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.append(varint(BigInt((field << 3) | FIXED_32))).append(bytes);
  }

  /** A number in double precision. */
  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.append(varint(BigInt((field << 3) | FIXED_64))).append(bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.append(varint(BigInt((field << 3) | LENGTH_DELIMITED)))
      .append(varint(BigInt(value.length)))
      .append(value);
  }

  /** A message inside this one. */
  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish());
  }

  /** The bytes of the whole message. */
  finish(): Uint8Array {
    const all = new Uint8Array(this.length);
    let position = 0;
    for (const piece of this.pieces) {
      all.set(piece, position);
      position += piece.length;
    }
    return all;
  }

  private append(piece: Uint8Array): this {
    this.pieces.push(piece);
    this.length += piece.length;
    return this;
  }
}

function varint(value: bigint): Uint8Array {
  let rest = BigInt.asUintN(64, value);
  const groups: number[] = [];
  do {
    const group = Number(rest & 0x7fn);
    rest >>= GROUP_BITS;
    groups.push(rest > 0n ? group | 0x80 : group);
  } while (rest > 0n);
  return Uint8Array.from(groups);
}
