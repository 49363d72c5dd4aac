import type { LogEntry } from '../run-reader';

/** Curves of one chart. */
export interface Chart {
  readonly title: string;
  /** Whether the axis is logarithmic where all values allow it. */
  readonly isLogarithmic: boolean;
  readonly curves: readonly Curve[];
}

export interface Curve {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

type Point = readonly [chart: string, curve: string, value: number];

const FIRST = ['PSNR, dB', 'Loss', 'Discriminator', 'Accuracy', 'Codebook', 'Learning rate', 'Gradient norm'];
const DISCRIMINATOR = /^(discriminator|real|fake|leCam)/i;

/** Charts of a log: losses together, each other kind of number apart, in a fixed order. */
export function chartsOf(entries: readonly LogEntry[]): Chart[] {
  const charts = new Map<string, Map<string, { steps: number[]; values: number[] }>>();
  for (const { step, evaluation, ...report } of entries) {
    const points = evaluation === undefined ? pointsOf(report, '') : pointsOf(evaluation, 'test ');
    for (const [title, name, value] of points) {
      const curves = charts.get(title) ?? new Map<string, { steps: number[]; values: number[] }>();
      charts.set(title, curves);
      const curve = curves.get(name) ?? { steps: [], values: [] };
      curves.set(name, curve);
      curve.steps.push(step);
      curve.values.push(value);
    }
  }
  return [...charts]
    .map(([title, curves]) => ({
      title,
      isLogarithmic: /loss|rate|norm/i.test(title),
      curves: worthSeeing([...curves].map(([name, curve]) => ({ name, ...curve }))),
    }))
    .sort((a, b) => placeOf(a.title) - placeOf(b.title));
}

/** A term that is off is 0 throughout, which would also keep a logarithmic axis from being one. */
function worthSeeing(curves: readonly Curve[]): readonly Curve[] {
  const moving = curves.filter(({ values }) => values.some((value) => value !== 0));
  return moving.length === 0 ? curves : moving;
}

function placeOf(title: string): number {
  const place = FIRST.indexOf(title);
  return place === -1 ? FIRST.length : place;
}

function* pointsOf(report: unknown, prefix: string): Generator<Point> {
  for (const [key, value] of Object.entries(report ?? {})) {
    if (typeof value === 'number') {
      const title = titleOf(key);
      yield* title === undefined ? [] : [[title, prefix + wordsOf(key), value] as const];
    } else if (key === 'psnr' && typeof value === 'object' && value !== null) {
      for (const [kept, decibels] of Object.entries(value)) {
        yield ['PSNR, dB', kept === '1' ? '1 latent' : `${kept} latents`, Number(decibels)];
      }
    } else if (Array.isArray(value)) {
      for (const [level, number] of value.entries()) {
        yield [`${prefix}${wordsOf(key)} by level`, `level ${level}`, Number(number)];
      }
    }
  }
}

/** The chart of a number; none for what is no curve. */
function titleOf(key: string): string | undefined {
  if (key === 'count' || key === 'step') {
    return undefined;
  }
  if (DISCRIMINATOR.test(key)) {
    return 'Discriminator';
  }
  if (/loss$/i.test(key)) {
    return 'Loss';
  }
  const titles: Readonly<Record<string, string>> = { codebookUsage: 'Codebook', accuracy: 'Accuracy' };
  const words = wordsOf(key);
  return titles[key] ?? words[0]!.toUpperCase() + words.slice(1);
}

function wordsOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
