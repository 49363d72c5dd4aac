import { unzip } from 'fflate';
import { CheckpointError } from '@restok/core';
import type { NamedFile } from '../engine/engine-api';

/** The files given, with what is in zips in place of them. */
export async function unpack(files: readonly NamedFile[]): Promise<NamedFile[]> {
  const all = await Promise.all(
    files.map((file) =>
      file.path.toLowerCase().endsWith('.zip') ? filesOfZip(file) : Promise.resolve([file]),
    ),
  );
  return all.flat();
}

async function filesOfZip({ path, blob }: NamedFile): Promise<NamedFile[]> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return new Promise((resolve, reject) => {
    unzip(bytes, (error, entries) => {
      if (error !== null) {
        reject(new CheckpointError(`unpack: ${path} is no whole zip (${error.message}). Save it again.`));
        return;
      }
      resolve(
        Object.entries(entries)
          .filter(([name]) => !name.endsWith('/'))
          .map(([name, content]) => ({ path: name, blob: new Blob([Uint8Array.from(content)]) })),
      );
    });
  });
}
