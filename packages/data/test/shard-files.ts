import { writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { PNG_COLOUR, pngBytes } from './png-bytes';

/** Names of files in a shard and what they hold. */
export type ShardContent = readonly (readonly [name: string, content: string | Uint8Array])[];

/** A tar of these files. */
export async function tarBytes(content: ShardContent): Promise<Buffer> {
  const tar = pack();
  for (const [name, bytes] of content) {
    tar.entry({ name }, Buffer.from(bytes));
  }
  tar.finalize();
  return buffer(tar);
}

export async function writeShard(path: string, content: ShardContent): Promise<void> {
  await writeFile(path, await tarBytes(content));
}

/** A picture of one colour, whose red value tells it from others. */
export function onePixelPng(red: number): Buffer {
  return pngBytes({ width: 1, height: 1, depth: 8, colour: PNG_COLOUR.rgb, rows: [0, red, 0, 0] });
}

/** A header as it claims to be, with a right checksum. */
export function tarHeader(name: string, size: number | string, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(typeof size === 'string' ? size : `${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
