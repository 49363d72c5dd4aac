import { describe, expect, it } from 'vitest';
import { pictureEvent, scalarsEvent, startEvent, versionEvent } from './event';

/** 1 in double precision. */
const TIME = [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];

describe('versionEvent', () => {
  it('holds the time in field 1 and the form in field 3', () => {
    expect([...versionEvent(1)]).toEqual([...TIME, 0x1a, 13, ...ascii('brain.Event:2')]);
  });
});

describe('startEvent', () => {
  it('holds the first step in field 2 and a session that starts in field 7', () => {
    expect([...startEvent(1, 5)]).toEqual([...TIME, 0x10, 5, 0x3a, 2, 0x08, 1]);
  });
});

describe('scalarsEvent', () => {
  it('holds each number with its tag', () => {
    const scalars = new Map([
      ['a', 1],
      ['b', 2],
    ]);
    const value = (tag: string, bytes: number[]): number[] => [
      0x0a,
      8,
      0x0a,
      1,
      ...ascii(tag),
      0x15,
      ...bytes,
    ];
    expect([...scalarsEvent(1, 3, scalars)]).toEqual([
      ...[...TIME, 0x10, 3, 0x2a, 20],
      ...value('a', [0, 0, 0x80, 0x3f]),
      ...value('b', [0, 0, 0, 0x40]),
    ]);
  });
});

describe('pictureEvent', () => {
  it('holds height, width, three channels and the file', () => {
    const picture = { width: 3, height: 2, png: Uint8Array.from([1, 2]) };
    const image = [0x08, 2, 0x10, 3, 0x18, 3, 0x22, 2, 1, 2];
    expect([...pictureEvent(1, 4, 'p', picture)]).toEqual([
      ...[...TIME, 0x10, 4, 0x2a, 17, 0x0a, 15],
      ...[0x0a, 1, ...ascii('p'), 0x22, image.length, ...image],
    ]);
  });
});
