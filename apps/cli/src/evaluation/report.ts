import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@restok/data';
import type { ShardJob } from '../shards/job-folder';
import type { JsonShape } from '../shards/json-shape';
import { recordOf } from '../shards/json-shape';
import { stoppable } from '../stop-signals';

/** What a number depends on, and the number: what --json prints. */
export interface EvaluationReport {
  /** Everything that changes the numbers. */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** Names of a number for people, and how many digits of it are shown. */
export interface MetricLabel {
  readonly text: string;
  readonly digits: number;
}

/** Two columns: the settings, a line, the numbers. */
export function reportLines(
  { settings, metrics }: EvaluationReport,
  labels: Readonly<Record<string, MetricLabel>>,
): string[] {
  const rows = [
    ...Object.entries(settings).map(([name, value]) => [name, String(value)] as const),
    undefined,
    ...Object.entries(metrics).map(([name, value]) => {
      const { text, digits } = labels[name] ?? { text: name, digits: 4 };
      return [text, value === null ? 'infinite' : value.toFixed(digits)] as const;
    }),
  ];
  const width = Math.max(...rows.map((row) => row?.[0].length ?? 0));
  const longest = Math.max(...rows.map((row) => row?.[1].length ?? 0));
  return rows.map((row) =>
    row === undefined ? '-'.repeat(width + 2 + longest) : `${row[0].padEnd(width)}  ${row[1]}`,
  );
}

/** Rows below their head, in columns that are as wide as their longest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]!.length)));
  return [head, ...rows].map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join('  '));
}

/** Settings that the job of an evaluation in shards has brought along. */
export function reportSettings({ settings }: ShardJob): EvaluationReport['settings'] {
  return settingsShape(settings['report'], 'report of job.json');
}

const settingsShape: JsonShape<EvaluationReport['settings']> = recordOf((value) =>
  typeof value === 'number' ? value : String(value),
);

/** Writes the result of an evaluation in shards, what --json prints. */
export async function writeReport(folder: string, report: EvaluationReport): Promise<void> {
  const content = `${JSON.stringify(report, undefined, 2)}\n`;
  await stoppable(
    () => writeAtomically(join(folder, 'evaluation.json'), (path) => writeFile(path, content)),
    { folder },
  );
}
