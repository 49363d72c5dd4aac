import { availableParallelism, totalmem } from 'node:os';
import { BackendUnavailableError } from '@restok/core';
import type { Dispatches } from '../block-dispatches';
import type { Provider } from '../kernel-checks';
import { checkKernels } from '../kernel-checks';
import type { CommonOptions } from '../load-tokenizer';
import { createOutput } from '../output';
import { findShippedTokenizer } from '../shipped-model';
import type { Check } from '../shipped-model-check';
import { checkShippedModel } from '../shipped-model-check';
import type { BackendName, ChosenBackend } from '../use-backend';
import { useBackend } from '../use-backend';

/** What was found out about the backend that computes. */
interface Examination {
  readonly backend: ChosenBackend;
  readonly providers: readonly Provider[];
  readonly checks: readonly Check[];
  /** What a transformer block costs a GPU. */
  readonly dispatches?: Dispatches;
}

/** What `restok doctor` says with --json. */
export interface Report extends Examination {
  readonly ok: boolean;
  readonly machine: {
    readonly node: string;
    readonly platform: string;
    readonly cores: number;
    readonly memoryBytes: number;
  };
  readonly shippedModel: string | null;
}

/**
 * `restok doctor`: what this machine offers, and whether it computes the right numbers.
 *
 * @param shippedTokenizer folder of the model that ships, undefined where it is not installed.
 * @throws BackendUnavailableError when a check fails, after the report.
 */
export async function doctor(
  options: CommonOptions,
  shippedTokenizer: string | undefined = findShippedTokenizer(),
): Promise<void> {
  const examination =
    options.backend === 'webgpu'
      ? await examineGpu(shippedTokenizer)
      : await examine(await useBackend(options.backend), options.backend, shippedTokenizer);
  const failed = examination.checks.filter(({ ok }) => !ok);
  const machine = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
  const report: Report = {
    ok: failed.length === 0,
    machine,
    ...examination,
    shippedModel: shippedTokenizer ?? null,
  };
  createOutput(options).result(report, describeReport(report));
  if (failed.length > 0) {
    throw new BackendUnavailableError(
      `restok doctor: ${failed.map(({ name }) => name).join(', ')}: wrong. Use --backend wasm or cpu, and report this with the output of restok doctor --json.`,
    );
  }
}

/** A report as lines for people. */
export function describeReport({ machine, backend, providers, checks, shippedModel }: Report): string[] {
  return [
    `machine   Node ${machine.node}, ${machine.platform}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB`,
    `backend   ${backend.backend}: ${backend.products}, threads: ${backend.threads}`,
    `          ${backend.reason}`,
    ...providers.map(
      ({ name, available, detail }) => `          ${available ? 'has' : 'no'} ${name}: ${detail}`,
    ),
    ...checks.map(({ ok, name, detail }) => `${ok ? 'ok   ' : 'WRONG'}     ${name}: ${detail}`),
    ...(shippedModel === null ? ['-         shipped model: not in this installation'] : []),
  ];
}

async function examine(
  backend: ChosenBackend,
  name: BackendName,
  shippedTokenizer: string | undefined,
): Promise<Examination> {
  const { checks, providers } = await checkKernels(name);
  return {
    backend,
    providers,
    checks: shippedTokenizer === undefined ? checks : [...checks, await checkShippedModel(shippedTokenizer)],
  };
}

/** The same on the GPU, and what a transformer block sends to it. */
async function examineGpu(shippedTokenizer: string | undefined): Promise<Examination> {
  const { countBlockDispatches, describeDispatches } = await import('../block-dispatches');
  const examination = await examine(await useBackend('webgpu'), 'webgpu', shippedTokenizer);
  const dispatches = await countBlockDispatches();
  return {
    ...examination,
    checks: [...examination.checks, describeDispatches(dispatches)],
    dispatches,
  };
}
