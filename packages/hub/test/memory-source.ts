import type { ModelSource } from '../src/model-source';

/** Files in memory that notes every range that is read. */
export interface MemorySource extends ModelSource {
  readonly reads: [path: string, start: number, end: number][];
  readonly isClosed: () => boolean;
}

export function memorySource(files: Readonly<Record<string, Uint8Array | string>>): MemorySource {
  const contents = new Map(
    Object.entries(files).map(([path, file]) => [
      path,
      typeof file === 'string' ? new TextEncoder().encode(file) : file,
    ]),
  );
  const reads: MemorySource['reads'] = [];
  let closed = false;
  return {
    description: 'memory',
    reads,
    isClosed: () => closed,
    size: (path) => Promise.resolve(contents.get(path)?.length),
    read: (path, start, end) => {
      reads.push([path, start, end]);
      return Promise.resolve(contents.get(path)!.slice(start, end));
    },
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
}
