import { availableParallelism, totalmem } from 'node:os';
import { BackendUnavailableError } from '@restok/core';
import { checkKernels } from '../kernel-checks';
import type { CommonOptions } from '../load-tokenizer';
import { createOutput } from '../output';
import { findShippedTokenizer } from '../shipped-model';
import type { Check } from '../shipped-model-check';
import { checkShippedModel } from '../shipped-model-check';
import { useBackend } from '../use-backend';

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
  const backend = await useBackend(options.backend);
  const { checks: kernels, providers } = await checkKernels(options.backend);
  const checks: Check[] =
    shippedTokenizer === undefined ? kernels : [...kernels, await checkShippedModel(shippedTokenizer)];
  const failed = checks.filter(({ ok }) => !ok);
  const machine = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
  const data = {
    ok: failed.length === 0,
    machine,
    backend,
    providers,
    shippedModel: shippedTokenizer ?? null,
    checks,
  };
  createOutput(options).result(data, [
    `machine   Node ${machine.node}, ${machine.platform}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB`,
    `backend   ${backend.backend}: ${backend.products}, threads: ${backend.threads}`,
    `          ${backend.reason}`,
    ...providers.map(
      ({ name, available, detail }) => `          ${available ? 'has' : 'no'} ${name}: ${detail}`,
    ),
    ...checks.map(({ ok, name, detail }) => `${ok ? 'ok   ' : 'WRONG'}     ${name}: ${detail}`),
    ...(shippedTokenizer === undefined ? ['-         shipped model: not in this installation'] : []),
  ]);
  if (failed.length > 0) {
    throw new BackendUnavailableError(
      `restok doctor: ${failed.map(({ name }) => name).join(', ')}: wrong. Use --backend wasm or cpu, and report this with the output of restok doctor --json.`,
    );
  }
}
