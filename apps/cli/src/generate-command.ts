import type { Command } from 'commander';
import { Option } from 'commander';
import { command, engineOption, parseNames, parsePath } from './command-parts';
import type { GenerateOptions } from './commands/generate-checks';
import type { DivisionOptions } from './commands/run-sharded';
import { withDivision } from './division-options';
import { parseCount, parseRanges } from './number-lists';
import {
  parseGuidance,
  parseLimit,
  parseProbability,
  parseSeed,
  parseShare,
  parseTemperature,
} from './number-options';
import { scheduleNames } from './option-names';

/** `restok generate`. */
export function addGenerateCommand(program: Command): void {
  const each = command(
    program,
    'generate',
    'pictures of classes',
    'restok generate --class animals/noto,food/noto --count 6 --guidance 3.75 --top-p 0.95 --out pictures --grid grid.png',
  )
    .addOption(engineOption())
    .option('--generator <model>', 'folder or URL of a generator (default: the shipped one)', parsePath)
    .option('--tokenizer <model>', 'folder or URL of its tokenizer (default: the shipped one)', parsePath)
    .option('--class <classes>', 'names or numbers with commas between; info lists them', parseNames)
    .option('--like <data>', 'one picture for each of a data set, of its class', parsePath)
    .requiredOption('--out <place>', 'folder of the pictures, or a .npz for all of them', parsePath)
    .option('--count <n>', 'pictures of each class; in shards without --class of all together', parseCount, 1)
    .option('--seed <n>', 'another one gives other pictures', parseSeed, 0)
    .option('--guidance <scale>', 'how strongly the class counts; 1 is no guidance', parseGuidance, 1)
    .addOption(
      new Option('--schedule <name>', 'how guidance grows from pass to pass')
        .choices([...scheduleNames])
        .default('constant'),
    )
    .option(
      '--start <share>',
      'share of the latents from which step (default: 0.25) and rectangular (default: 0.05) guide',
      parseShare,
    )
    .option('--temperature <t>', 'below 1: likelier, more alike', parseTemperature, 1)
    .option('--top-k <n>', 'draw among the n likeliest; 0 is all, 1 always the likeliest', parseLimit, 0)
    .option(
      '--top-p <p>',
      'draw among the likeliest that together have this probability',
      parseProbability,
      1,
    )
    .option('--grid <file>', 'one picture of all', parsePath)
    .option('--previews', 'also a picture after every pass', false)
    .option('--from <image>', 'a picture whose first levels are kept', parsePath)
    .option('--keep-levels <ranges>', 'which levels of --from are kept, for instance 0-3', parseRanges);
  withDivision(each, 'restok generate --count 50000 --shard 3/100 --out samples').action(
    async (options: GenerateOptions & DivisionOptions) => {
      const { runSharded } = await import('./commands/run-sharded');
      const { generate } = await import('./commands/generate');
      const { checkShardOptions } = await import('./commands/generate-checks');
      const { openGeneration } = await import('./commands/generate-shards');
      await runSharded(options, {
        name: 'generate',
        whole: generate,
        open: openGeneration,
        check: checkShardOptions,
      });
    },
  );
}
