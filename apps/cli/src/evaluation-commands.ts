import type { Command } from 'commander';
import { Option } from 'commander';
import {
  command,
  parsePath,
  parsePaths,
  quietErrors,
  tokenizerCommand,
  withRefinement,
  withThreads,
} from './command-parts';
import type { EvalGenerationOptions } from './commands/eval-generation';
import type { EvalPredictionOptions } from './commands/eval-prediction';
import type { EvalReconstructionOptions } from './commands/eval-reconstruction';
import type { DivisionOptions } from './commands/run-sharded';
import { withDivision } from './division-options';
import { resizeNames } from './option-names';
import { parseCount } from './number-lists';
import { UsageError } from './usage-error';

/** `restok eval`. */
export function addEvaluationCommands(program: Command): void {
  const group = program
    .command('eval')
    .description('metrics with everything that they depend on')
    .addHelpText('after', '\nExample:\n  restok eval reconstruction --data data/emoji');
  quietErrors(group);
  dividedEvaluation(
    withRefinement(
      tokenizerCommand(
        group,
        'reconstruction',
        'how well a tokenizer gives back the pictures of a data set',
        'restok eval reconstruction --data data/emoji',
      ),
    )
      .requiredOption('--data <folder>', 'a folder of pictures, or that of restok data emoji', parsePath)
      .option('--lpips <file...>', 'safetensors of VGG16 and the linear weights of LPIPS', parsePaths),
    'restok eval reconstruction --data data/emoji --shard 1/4 --out evaluation',
  ).action(async (options: EvalReconstructionOptions & DivisionOptions & Folder) => {
    const { runSharded } = await import('./commands/run-sharded');
    const { checkResize } = await import('./evaluation/inception-features');
    const { evalReconstruction } = await import('./commands/eval-reconstruction');
    const { openEvalReconstruction } = await import('./commands/eval-reconstruction-shards');
    await runSharded(options, {
      name: 'eval reconstruction',
      whole: withoutFolder(evalReconstruction),
      open: openEvalReconstruction,
      check: checkResize,
    });
  });
  dividedEvaluation(
    command(
      group,
      'generation',
      'generated pictures against a reference',
      'restok eval generation --samples samples.npz --reference reference.npz',
    )
      .requiredOption('--samples <file>', 'a .npz with arr_0, uint8 [N, H, W, 3]', parsePath)
      .requiredOption(
        '--reference <place>',
        'another one, or a data set as --data of reconstruction',
        parsePath,
      ),
    'restok eval generation --samples a.npz --reference b.npz --inception i.safetensors --shard 1/4 --out evaluation',
  ).action(async (options: EvalGenerationOptions & DivisionOptions & Folder) => {
    const { runSharded } = await import('./commands/run-sharded');
    const { evalGeneration } = await import('./commands/eval-generation');
    const { checkDividedEvalGeneration, openEvalGeneration } =
      await import('./commands/eval-generation-shards');
    await runSharded(options, {
      name: 'eval generation',
      whole: withoutFolder(evalGeneration),
      open: openEvalGeneration,
      check: checkDividedEvalGeneration,
    });
  });
  withThreads(
    command(
      group,
      'prediction',
      'how well a generator predicts the codes of pictures, by level',
      'restok eval prediction --codes data/emoji-codes',
    )
      .requiredOption('--codes <folder>', 'codes of restok extract; of both splits the test codes', parsePath)
      .option('--generator <model>', 'folder or URL of a generator (default: the shipped one)', parsePath)
      .option('--count <n>', 'so many pictures, spread evenly over the codes (default: all)', parseCount),
  ).action(async (options: EvalPredictionOptions) => {
    const { evalPrediction } = await import('./commands/eval-prediction');
    await evalPrediction(options);
  });
}

function dividedEvaluation(each: Command, example: string): Command {
  each
    .option('--out <folder>', 'folder of the shards; only with --shard or --queue', parsePath)
    .option('--inception <file>', 'safetensors of the Inception network of FID', parsePath)
    .addOption(
      new Option('--resize <name>', 'how its pictures are resized (default: as its publishers do)').choices([
        ...resizeNames,
      ]),
    );
  return withDivision(each, example);
}

/** Where shards go. */
interface Folder {
  readonly out?: string;
}

/** A whole evaluation writes nothing but its report. */
function withoutFolder<Options>(run: (options: Options) => Promise<void>) {
  return (options: Options & Folder): Promise<void> => {
    if (options.out !== undefined) {
      throw new UsageError(
        'restok: eval takes --out with --shard or --queue only. Leave it out; --json prints the report for a file.',
      );
    }
    return run(options);
  };
}
