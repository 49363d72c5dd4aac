import type { ConfigTree } from '@restok/core';

/** What the reports and evaluations of every kind of training may hold. */
export interface TrainingReport {
  readonly step: number;
  readonly reconstructionLoss?: number;
  readonly codebookUsage?: number;
  /** Mean PSNR in decibels by number of kept latents. */
  readonly psnr?: Readonly<Record<string, number>>;
  readonly loss?: number;
  readonly accuracy?: number;
  readonly levelLosses?: readonly number[];
}

/** The numbers of a report, for people. */
export function trainingNumbers({
  psnr,
  reconstructionLoss,
  loss,
  accuracy,
  codebookUsage,
}: TrainingReport): string[] {
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  const decibels = Object.entries(psnr ?? {}).map(([kept, value]) => `${kept}: ${value.toFixed(2)} dB`);
  return [
    ...(decibels.length === 0 ? [] : [decibels.join(', ')]),
    ...(reconstructionLoss === undefined ? [] : [`loss ${reconstructionLoss.toFixed(5)}`]),
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(4)}`]),
    ...(accuracy === undefined ? [] : [`right ${percent(accuracy)}`]),
    ...(codebookUsage === undefined ? [] : [`codebook ${percent(codebookUsage)}`]),
  ];
}

/** Whether a training config is for a generator; it may describe the tokenizer as well. */
export function isGeneratorConfig({ model }: ConfigTree): boolean {
  return typeof model === 'object' && model !== null && 'generator' in model;
}

/** The folder of a run, `experiment.output_dir`; undefined where a config, not yet checked, has none. */
export function outputFolderOf({ experiment }: ConfigTree): string | undefined {
  const folder =
    typeof experiment === 'object' && experiment !== null && 'output_dir' in experiment
      ? experiment.output_dir
      : undefined;
  return typeof folder === 'string' && folder !== '' ? folder : undefined;
}
