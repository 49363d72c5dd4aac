import { readFile } from 'node:fs/promises';
import { useSoftwareDriver } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import type { Dispatches } from '../block-dispatches';
import { describeDispatches } from '../block-dispatches';
import type { Report } from './doctor';
import { describeReport } from './doctor';

const NAME = 'dispatches per transformer block';
/** The table of counts, and the file that shows it. */
const README = new URL('../../../../packages/backend-webgpu/README.md', import.meta.url);

/** Every kernel, and the shipped model, on a processor that does other work too. */
const MINUTES = 300_000;

describe('doctor --backend webgpu', { timeout: MINUTES }, () => {
  let report: Report;
  beforeAll(async () => {
    useSoftwareDriver();
    const { code, stdout } = await runCommand('doctor', '--backend', 'webgpu', '--json');
    report = JSON.parse(stdout) as Report;
    expect({ code, ...report }).toMatchObject({
      code: 0,
      ok: true,
      backend: { backend: 'restok-webgpu' },
      checks: [
        { name: 'kernels', ok: true },
        { name: 'shipped model', ok: true },
        { name: NAME, ok: true },
      ],
    });
  }, MINUTES);

  it('counts at most 12 dispatches of a block of either model, where plain operations send many times as many', () => {
    const dispatches = report.dispatches!;
    for (const { fused, plain } of [dispatches.tokenizer, dispatches.generator]) {
      expect(fused).toBeGreaterThan(0);
      expect(fused).toBeLessThanOrEqual(12);
      expect(plain).toBeGreaterThan(4 * fused);
    }
    // 4 products, 9 for each LayerNorm, 5 for GELU, 2 sums, and splitting, softmax and scores of the attention.
    expect(dispatches.writtenByHand).toBeGreaterThan(4 + 2 * 9 + 5 + 2);
    expect(dispatches.writtenByHand).toBeLessThan(dispatches.tokenizer.plain);
  });

  it('gives the counts that the README of the backend shows', async () => {
    const readme = await readFile(README, 'utf8');
    const { tokenizer, generator, writtenByHand } = report.dispatches!;
    const rows = [...readme.matchAll(/^\| .*block.* \| +(\d+|-) +\| +(\d+) +\|$/gm)].map(([, fused, plain]) => [fused, plain]); // prettier-ignore
    const both = ({ fused, plain }: Dispatches['tokenizer']): string[] => [`${fused}`, `${plain}`];
    expect(rows).toEqual([both(tokenizer), both(generator), ['-', `${writtenByHand}`]]);
  });

  it('says the counts to people, too', () => {
    const { tokenizer, generator } = report.dispatches!;
    expect(describeReport(report)).toContainEqual(
      expect.stringContaining(
        `ok        ${NAME}: tokenizer ${tokenizer.fused} (plain TensorFlow.js: ${tokenizer.plain}), generator ${generator.fused} (plain TensorFlow.js: ${generator.plain}), at most 12;`,
      ),
    );
  });
});

describe('describeDispatches', () => {
  const counts = {
    tokenizer: { fused: 12, plain: 98 },
    generator: { fused: 12, plain: 58 },
    writtenByHand: 38,
  };

  it('is wrong where one block sends more than 12, or nothing was counted', () => {
    expect(describeDispatches(counts).ok).toBe(true);
    expect(describeDispatches({ ...counts, generator: { fused: 13, plain: 58 } }).ok).toBe(false);
    expect(describeDispatches({ ...counts, tokenizer: { fused: 0, plain: 98 } }).ok).toBe(false);
  });
});
