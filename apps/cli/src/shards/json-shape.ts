import { DataError } from '@restok/core';

/**
 * Reads a value that came from elsewhere: gives it back typed, or throws.
 *
 * @param place what errors call the value.
 * @throws DataError that names the place.
 */
export type JsonShape<T> = (value: unknown, place: string) => T;

/** A text that is not empty. */
export const text: JsonShape<string> = (value, place) => {
  if (typeof value !== 'string' || value === '') {
    throw misfit(place, 'a text', value);
  }
  return value;
};

/** true or false. */
export const flag: JsonShape<boolean> = (value, place) => {
  if (typeof value !== 'boolean') {
    throw misfit(place, 'true or false', value);
  }
  return value;
};

/** A number in a range. */
export function numberIn(least: number, most: number): JsonShape<number> {
  return (value, place) => {
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw misfit(place, `a number in ${least} ... ${most}`, value);
    }
    return value;
  };
}

/** A whole number in a range. */
export function wholeIn(least: number, most: number = Number.MAX_SAFE_INTEGER): JsonShape<number> {
  return (value, place) => {
    if (!Number.isInteger(value) || !(Number(value) >= least && Number(value) <= most)) {
      throw misfit(place, `a whole number in ${least} ... ${most}`, value);
    }
    return Number(value);
  };
}

/** One of some texts. */
export function oneOf<Name extends string>(names: readonly Name[]): JsonShape<Name> {
  return (value, place) => {
    const found = names.find((name) => name === value);
    if (found === undefined) {
      throw misfit(place, `one of ${names.join(', ')}`, value);
    }
    return found;
  };
}

/** What may be left out. */
export function optional<T>(shape: JsonShape<T>): JsonShape<T | undefined> {
  return (value, place) => (value === undefined ? undefined : shape(value, place));
}

/** A list. */
export function listOf<T>(shape: JsonShape<T>): JsonShape<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) {
      throw misfit(place, 'a list', value);
    }
    return value.map((each, i) => shape(each, `${place}[${i}]`));
  };
}

/** An object with values of one shape under any keys. */
export function recordOf<T>(shape: JsonShape<T>): JsonShape<Readonly<Record<string, T>>> {
  return (value, place) =>
    Object.fromEntries(
      Object.entries(plainObject(value, place)).map(([key, each]) => [key, shape(each, `${place}.${key}`)]),
    );
}

/** An object with exactly these keys; another one is refused. */
export function objectOf<T extends object>(fields: {
  readonly [Key in keyof T]-?: JsonShape<T[Key]>;
}): JsonShape<T> {
  return (value, place) => {
    const given = plainObject(value, place);
    const unknown = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
    if (unknown !== undefined) {
      throw misfit(`${place}.${unknown}`, 'left out', given[unknown]);
    }
    const read = { ...given } as T;
    for (const key of Object.keys(fields) as (keyof T & string)[]) {
      read[key] = fields[key](given[key], `${place}.${key}`);
    }
    return read;
  };
}

function plainObject(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw misfit(place, 'an object', value);
  }
  return value as Record<string, unknown>;
}

const MAX_SHOWN = 60;

function misfit(place: string, expected: string, actual: unknown): DataError {
  const shown = (JSON.stringify(actual) ?? 'nothing').slice(0, MAX_SHOWN);
  return new DataError(
    `restok: ${place} must be ${expected}, got ${shown}. Use the same version of restok everywhere.`,
    {
      place,
    },
  );
}
