import type { Command } from 'commander';
import { Argument } from 'commander';
import { coderCommand, command, parsePath } from './command-parts';
import type { ExtractOptions } from './commands/extract';
import type { DivisionOptions } from './commands/run-sharded';
import type { TrainedKind, TrainOptions } from './commands/train-start';
import { trainedKinds } from './commands/train-start';
import { withDivision } from './division-options';
import type { CommonOptions } from './load-tokenizer';

/** Commands around training: data, codes, the training itself. */
export function addTrainingCommands(program: Command): void {
  command(
    program,
    'train',
    'trains a model as a config says, or fine-tunes one; resumes from its newest checkpoint',
    'restok train tokenizer --config tokenizer.yaml training.seed=7',
  )
    .addArgument(new Argument('<what>', 'what to train').choices(trainedKinds))
    .argument('[overrides...]', 'key=value')
    .option('--config <file>', 'YAML or JSON in the form of the authors', parsePath)
    .option('--init <model>', 'instead of a config: the model folder to fine-tune', parsePath)
    .option('--data <folder>', 'with --init: pictures; codes for a generator without --tokenizer', parsePath)
    .option('--out <folder>', 'with --init: folder of the run; output/<model>-tuned by default', parsePath)
    .option('--tokenizer <model>', 'with --init of a generator: tokenises the pictures', parsePath)
    .option('--dashboard [port]', 'show the run on a page of this machine; the next free port by default')
    .addHelpText(
      'after',
      "  restok train tokenizer --init models/emoji-64/tokenizer --data pictures 'training.train_only=[decoder, pixel_decoder]'",
    )
    .action(async (kind: TrainedKind, overrides: string[], options: TrainOptions) => {
      const { train } = await import('./commands/train');
      await train(kind, overrides, options);
    });
  withDivision(
    coderCommand(
      program,
      'extract',
      'codes of a whole data set, for training a generator; goes on after a stop',
      'restok extract --data data/emoji --out data/emoji-codes',
    )
      .requiredOption('--data <folder>', 'a folder of pictures, or that of restok data emoji', parsePath)
      .requiredOption('--out <folder>', 'folder of the codes', parsePath)
      .option(
        '--ten-crop',
        'ten crops of the picture at 1.1 times the size instead of centre and mirror',
        false,
      )
      .addHelpText(
        'after',
        '  restok extract --data data/emoji --engine onnx --model tokenizer-onnx --out data/emoji-codes',
      ),
    'restok extract --data data/emoji --out data/emoji-codes --shard 1/4',
  ).action(async (options: ExtractOptions & DivisionOptions) => {
    const { runSharded } = await import('./commands/run-sharded');
    const { extract, openExtraction } = await import('./commands/extract');
    await runSharded(options, { name: 'extract', whole: extract, open: openExtraction });
  });
  command(program, 'data', 'fetches a data set from the npm registry', 'restok data emoji --out data/emoji')
    .addArgument(new Argument('<what>', 'which data set').choices(['emoji']))
    .requiredOption('--out <folder>', 'where to put it', parsePath)
    .action(async (_what: string, options: CommonOptions & { out: string }) => {
      const { dataEmoji } = await import('./commands/data');
      await dataEmoji(options);
    });
}
