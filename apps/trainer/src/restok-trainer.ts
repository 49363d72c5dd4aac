#!/usr/bin/env node
import { Command } from 'commander';
import { parsePort } from './dashboard/parse-port';
import { trainCommand } from './train-command';

const program = new Command('restok-trainer')
  .description(
    'Trains a ResTok tokenizer, or a generator of its codes, as a config file says; resumes from its newest checkpoint.',
  )
  .requiredOption('--config <file>', 'YAML or JSON in the form of the authors')
  .option('--json', 'one JSON object a line on standard output', false)
  .option(
    '--dashboard [port]',
    'show the run on a page of this machine; the next free port by default',
    parsePort,
  )
  .argument('[overrides...]', 'key=value, for instance training.seed=7')
  .addHelpText(
    'after',
    '\nExample:\n  restok-trainer --config configs/emoji-64-tokenizer.yaml training.max_train_steps=100',
  )
  .action(
    async (overrides: string[], options: { config: string; json: boolean; dashboard?: number | true }) => {
      const result = await trainCommand({ ...options, overrides });
      if (!options.json) {
        const more = result.finished ? '' : ', stopped; the same command goes on from there';
        process.stderr.write(`step ${result.step}: ${result.model}${more}\n`);
      }
    },
  );

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
