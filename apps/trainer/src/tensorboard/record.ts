import { crc32c } from '@node-rs/crc32';

/** Added to a rotated checksum, so that the checksum of data that holds checksums is no special value. */
const MASK_DELTA = 0xa282ead8;
/** Bytes of a length, and of a checksum. */
const LENGTH_BYTES = 8;
const CHECKSUM_BYTES = 4;

/**
 * Puts data in the frame of a TFRecord: its length, the checksum of the length, the data, its checksum. A reader
 * knows by it whether the end of a file was cut off.
 *
 * @source TensorFlow, "TFRecord and tf.train.Example", section "TFRecords format details".
 */
export function frameRecord(data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(LENGTH_BYTES + CHECKSUM_BYTES + data.length + CHECKSUM_BYTES);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(LENGTH_BYTES, maskedChecksum(frame.subarray(0, LENGTH_BYTES)), true);
  const start = LENGTH_BYTES + CHECKSUM_BYTES;
  frame.set(data, start);
  view.setUint32(start + data.length, maskedChecksum(data), true);
  return frame;
}

/** CRC-32C rotated right by 15 bits, plus a constant; 32 bits. */
function maskedChecksum(data: Uint8Array): number {
  const checksum = crc32c(data) >>> 0;
  const rotated = ((checksum >>> 15) | (checksum << 17)) >>> 0;
  return (rotated + MASK_DELTA) >>> 0;
}
