import { numberSetting } from '../state/route';

/** Everything that decides what is generated; all of it stands in the address. */
export interface GenerateSettings {
  readonly className: string;
  readonly seed: number;
  readonly count: number;
  readonly guidance: number;
  readonly schedule: string;
  readonly scheduleStart: number;
  readonly temperature: number;
  readonly topP: number;
}

/** Numbers of pictures that fill a square. */
export const counts = [1, 4, 9, 16] as const;

export const LARGEST_SEED = 2 ** 31 - 1;

/** Guidance schedules in the order of a menu, with what they do. */
export const schedules: readonly (readonly [name: string, meaning: string])[] = [
  ['constant', 'the same throughout'],
  ['step', 'from a point on'],
  ['linear', 'rising'],
  ['linear_re', 'falling'],
  ['linear_constant', 'rising, then level'],
  ['triangular', 'rising, then falling'],
  ['rectangular', 'within a window'],
  ['cosine', 'rising, softly'],
  ['cosine_re', 'falling, softly'],
];

/**
 * What is taken where the address says nothing: the class that the shipped model draws best, guided as its card found
 * nearest to real pictures. A model without that class begins with its first.
 */
export const standard: GenerateSettings = {
  className: 'smileys/noto',
  seed: 1,
  count: 4,
  guidance: 3.75,
  schedule: 'step',
  scheduleStart: 0.25,
  temperature: 1,
  topP: 0.95,
};

/** The bounds of each number, for controls and addresses. */
export const bounds = {
  seed: { min: 0, max: LARGEST_SEED },
  guidance: { min: 1, max: 8 },
  scheduleStart: { min: 0, max: 1 },
  temperature: { min: 0.1, max: 2 },
  topP: { min: 0.05, max: 1 },
} as const;

/** Reads settings from an address; what does not fit gets its standard value. */
export function readSettings(query: URLSearchParams): GenerateSettings {
  const read = (key: string, name: keyof typeof bounds): number =>
    numberSetting(query, key, { fallback: standard[name], ...bounds[name] });
  const schedule = query.get('schedule') ?? '';
  const count = Number(query.get('n') ?? standard.count);
  return {
    className: query.get('class') ?? standard.className,
    seed: Math.round(read('seed', 'seed')),
    count: counts.find((each) => each === count) ?? standard.count,
    guidance: read('guidance', 'guidance'),
    schedule: schedules.some(([name]) => name === schedule) ? schedule : standard.schedule,
    scheduleStart: read('start', 'scheduleStart'),
    temperature: read('temperature', 'temperature'),
    topP: read('topp', 'topP'),
  };
}

/** Settings as the address holds them. */
export function writeSettings(settings: GenerateSettings): Record<string, string> {
  return {
    class: settings.className,
    seed: String(settings.seed),
    n: String(settings.count),
    guidance: String(settings.guidance),
    schedule: settings.schedule,
    start: String(settings.scheduleStart),
    temperature: String(settings.temperature),
    topp: String(settings.topP),
  };
}
