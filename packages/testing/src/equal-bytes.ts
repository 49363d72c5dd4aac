import { expect } from 'vitest';

// A setup file: arrays of the same type and the same bytes are equal at once. Vitest goes through them element by
// element, which takes it three seconds a million; whatever has other bytes is left to it, with its messages.
const MARK = Symbol.for('restok equal bytes');
const marked = globalThis as { [MARK]?: boolean };

// The files of a process share what is set up.
if (marked[MARK] !== true) {
  marked[MARK] = true;
  expect.addEqualityTesters([
    (a: unknown, b: unknown): true | undefined =>
      ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && haveEqualBytes(a, b) ? true : undefined,
  ]);
}

function haveEqualBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return a.constructor === b.constructor && bytesOf(a).equals(bytesOf(b));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
