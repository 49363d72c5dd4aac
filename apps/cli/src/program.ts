import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { guidanceSchedules } from '@restok/generator';
import { preprocessings } from '@restok/metrics/inception';
import type { BenchOptions } from './commands/bench';
import { bench } from './commands/bench';
import { dataEmoji } from './commands/data';
import { decode } from './commands/decode';
import { doctor } from './commands/doctor';
import { encode } from './commands/encode';
import type { EvalGenerationOptions } from './commands/eval-generation';
import { evalGeneration } from './commands/eval-generation';
import type { EvalReconstructionOptions } from './commands/eval-reconstruction';
import { evalReconstruction } from './commands/eval-reconstruction';
import type { ExportOptions } from './commands/export';
import { exportFormats, exportModel, weightTypes } from './commands/export';
import type { ExtractOptions } from './commands/extract';
import { extract, openExtraction } from './commands/extract';
import { parseShard } from './shards/shard';
import { generate } from './commands/generate';
import type { GenerateOptions } from './commands/generate-checks';
import { checkShardOptions } from './commands/generate-checks';
import { openGeneration } from './commands/generate-shards';
import type { MergeOptions } from './commands/merge';
import { merge } from './commands/merge';
import { mix } from './commands/mix';
import type { ReconstructOptions } from './commands/reconstruct';
import { reconstruct } from './commands/reconstruct';
import type { DivisionOptions } from './commands/run-sharded';
import { runSharded } from './commands/run-sharded';
import type { TrainedKind, TrainOptions } from './commands/train';
import { train, trainedKinds } from './commands/train';
import type { WorkCommandOptions } from './commands/work';
import { work } from './commands/work';
import { engineNames } from './engine';
import { oneLine } from './error-line';
import type { CoderOptions, CommonOptions } from './load-tokenizer';
import { addModelCommands } from './model-commands';
import { parseCount, parseCounts, parseRanges } from './number-lists';
import {
  parseGuidance,
  parseLimit,
  parseProbability,
  parseSeconds,
  parseSeed,
  parseShare,
  parseTemperature,
} from './number-options';
import { printError } from './output';
import { parseRedisAddress } from './queue/redis-address';
import { backendNames } from './use-backend';

/** The whole command line; its actions throw, and the caller turns errors into one line. */
export function createProgram(version: string): Command {
  const program = new Command('restok')
    .description('Pictures to hierarchical tokens and back.')
    .version(version)
    .option('--debug', 'show stacks of errors', false)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', '\nExample:\n  restok reconstruct a.png --out pictures');
  quietErrors(program);
  addModelCommands((...texts) => command(program, ...texts), parsePath);
  addPictureCommands(program);
  addGenerateCommand(program);
  addExportCommand(program);
  addTrainingCommands(program);
  addEvaluationCommands(program);
  addQueueCommands(program);
  addMachineCommands(program);
  return program;
}

function addPictureCommands(program: Command): void {
  coderCommand(
    program,
    'encode <image...>',
    'pictures to indices in a .npz',
    'restok encode a.png b.jpg --out codes.npz',
  )
    .requiredOption('--out <file>', 'the .npz to write', parsePath)
    .action((images: string[], options: CoderOptions & { out: string }) => encode(images, options));
  coderCommand(
    program,
    'decode <codes>',
    'indices of a .npz to pictures',
    'restok decode codes.npz --keep 16 --out pictures',
  )
    .requiredOption('--out <folder>', 'folder of the pictures', parsePath)
    .option('--keep <n>', 'keep the first n latents', parseCount)
    .action((codes: string, options: CoderOptions & { out: string; keep?: number }) =>
      decode(codes, options),
    );
  coderCommand(
    program,
    'reconstruct <image...>',
    'pictures through the tokenizer and back, with their PSNR',
    'restok reconstruct a.png b.jpg --keep 4,16,64 --out pictures --grid grid.png',
  )
    .requiredOption('--out <folder>', 'folder of the pictures', parsePath)
    .option('--keep <counts>', 'also keep only so many latents, for instance 4,16,64', parseCounts)
    .option('--grid <file>', 'one picture of all', parsePath)
    .action((images: string[], options: ReconstructOptions) => reconstruct(images, options));
  coderCommand(
    program,
    'mix <first> <second>',
    'levels of one picture, the rest of another',
    'restok mix a.png b.png --levels 0-3 --out mixed.png',
  )
    .requiredOption('--levels <ranges>', 'levels of the first picture, for instance 0-3', parseRanges)
    .requiredOption('--out <file>', 'the PNG to write', parsePath)
    .action((first: string, second: string, options: CoderOptions & { levels: number[]; out: string }) =>
      mix(first, second, options),
    );
}

function addExportCommand(program: Command): void {
  command(
    program,
    'export',
    'a tokenizer or a generator in the format of another program',
    'restok export --model my-model --format onnx --out my-model-onnx',
  )
    .option('--model <model>', 'folder or URL of a model (default: the shipped tokenizer)', parsePath)
    .addOption(new Option('--format <name>', 'the format').choices([...exportFormats]).default('onnx'))
    .addOption(
      new Option('--weights <type>', 'float16 halves the files and rounds the weights')
        .choices([...weightTypes])
        .default('float32'),
    )
    .requiredOption('--out <folder>', 'folder of the files', parsePath)
    .action((options: ExportOptions) => exportModel(options));
}

function addGenerateCommand(program: Command): void {
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
    .requiredOption('--out <place>', 'folder of the pictures, or a .npz for all of them', parsePath)
    .option('--count <n>', 'pictures of each class; in shards without --class of all together', parseCount, 1)
    .option('--seed <n>', 'another one gives other pictures', parseSeed, 0)
    .option('--guidance <scale>', 'how strongly the class counts; 1 is no guidance', parseGuidance, 1)
    .addOption(
      new Option('--schedule <name>', 'how guidance grows from pass to pass')
        .choices(Object.keys(guidanceSchedules))
        .default('constant'),
    )
    .option('--start <share>', 'share of the latents from which step and rectangular guide', parseShare)
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
    (options: GenerateOptions & DivisionOptions) =>
      runSharded(options, {
        name: 'generate',
        whole: generate,
        open: openGeneration,
        check: checkShardOptions,
      }),
  );
}

function addTrainingCommands(program: Command): void {
  command(
    program,
    'train',
    'trains a model as a config says; resumes from its newest checkpoint',
    'restok train tokenizer --config tokenizer.yaml training.seed=7',
  )
    .addArgument(new Argument('<what>', 'what to train').choices(trainedKinds))
    .argument('[overrides...]', 'key=value')
    .requiredOption('--config <file>', 'YAML or JSON in the form of the authors', parsePath)
    .option('--dashboard [port]', 'show the run on a page of this machine; the next free port by default')
    .action((kind: TrainedKind, overrides: string[], options: TrainOptions) =>
      train(kind, overrides, options),
    );
  withDivision(
    tokenizerCommand(
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
      ),
    'restok extract --data data/emoji --out data/emoji-codes --shard 1/4',
  ).action((options: ExtractOptions & DivisionOptions) =>
    runSharded(options, { name: 'extract', whole: extract, open: openExtraction }),
  );
  command(program, 'data', 'fetches a data set from the npm registry', 'restok data emoji --out data/emoji')
    .addArgument(new Argument('<what>', 'which data set').choices(['emoji']))
    .requiredOption('--out <folder>', 'where to put it', parsePath)
    .action((_what: string, options: CommonOptions & { out: string }) => dataEmoji(options));
}

function addEvaluationCommands(program: Command): void {
  const group = program
    .command('eval')
    .description('metrics with everything that they depend on')
    .addHelpText('after', '\nExample:\n  restok eval reconstruction --data data/emoji');
  quietErrors(group);
  withInception(
    tokenizerCommand(
      group,
      'reconstruction',
      'how well a tokenizer gives back the pictures of a data set',
      'restok eval reconstruction --data data/emoji',
    ).requiredOption('--data <folder>', 'a folder of pictures, or that of restok data emoji', parsePath),
  ).action((options: EvalReconstructionOptions) => evalReconstruction(options));
  withInception(
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
  ).action((options: EvalGenerationOptions) => evalGeneration(options));
}

function withInception(each: Command): Command {
  return each
    .option('--inception <file>', 'safetensors of the Inception network of FID', parsePath)
    .addOption(
      new Option('--resize <name>', 'how its pictures are resized (default: as its publishers do)').choices(
        Object.keys(preprocessings),
      ),
    );
}

function addMachineCommands(program: Command): void {
  command(
    program,
    'doctor',
    'checks this machine: backend, matrix products, numbers',
    'restok doctor',
  ).action((options: CommonOptions) => doctor(options));
  tokenizerCommand(program, 'bench', 'the table of speeds of this machine', 'restok bench --json')
    .option('--generator <model>', 'folder or URL of a generator (default: the shipped one)', parsePath)
    .option('--large', 'the released tokenizer too, with random weights: 6 GB of memory, 3 GB of disk')
    .action((options: BenchOptions) => bench(options));
}

function addQueueCommands(program: Command): void {
  command(
    program,
    'merge <folder>',
    'the result of a folder whose shards are all done',
    'restok merge samples',
  ).action((folder: string, options: MergeOptions) => merge(folder, options));
  withThreads(
    command(
      program,
      'work',
      'shards of whatever is queued, until Ctrl-C',
      'restok work --queue redis://127.0.0.1:6379 --root /shared --threads 2',
    ),
    1,
  )
    .requiredOption('--queue <address>', 'the Redis of the queue', parseRedisAddress)
    .option('--root <folder>', 'the folder that all machines share; work stays below it', parsePath, '.')
    .option(
      '--lock <seconds>',
      'a worker that is silent for so long is taken for dead; longer than any pass',
      parseSeconds,
      60,
    )
    .option('--idle <seconds>', 'leave after so long without work', parseSeconds)
    .action((options: WorkCommandOptions) => work(options));
}

/** Commands whose work can be divided. */
function withDivision(each: Command, example: string): Command {
  return withThreads(each)
    .option('--shard <i/n>', 'only one of n parts, for instance 2/4; restok merge joins them', parseShard)
    .option(
      '--queue <address>',
      'let the workers of a queue do it, for instance redis://HOST:6379',
      parseRedisAddress,
    )
    .option('--shards <n>', 'how many parts are queued', parseCount)
    .option('--attempts <n>', 'how often a queued part that fails is tried', parseCount, 3)
    .option('--root <folder>', 'the folder that all machines of the queue share', parsePath, '.')
    .addHelpText('after', `  ${example}\n  ${queueExample(example)}`);
}

function queueExample(example: string): string {
  return example.replace(/--shard \S+/, '--queue redis://127.0.0.1:6379 --shards 100');
}

function withThreads(each: Command, byDefault?: number): Command {
  return each.option(
    '--threads <n>',
    byDefault === undefined
      ? 'threads of matrix products (default: one per core)'
      : 'threads of matrix products',
    parseCount,
    byDefault,
  );
}

function command(program: Command, usage: string, description: string, example: string): Command {
  const added = program
    .command(usage)
    .description(description)
    .option('--json', 'one JSON object on standard output', false)
    .addOption(new Option('--backend <name>', 'where to compute').choices([...backendNames]).default('auto'))
    .addHelpText('after', `\nExample:\n  ${example}`);
  quietErrors(added);
  return added;
}

function tokenizerCommand(program: Command, usage: string, description: string, example: string): Command {
  return command(program, usage, description, example).option(
    '--model <model>',
    'folder or URL of a tokenizer (default: the shipped one)',
    parsePath,
  );
}

/** Commands that can also compute with ONNX Runtime. */
function coderCommand(program: Command, usage: string, description: string, example: string): Command {
  return tokenizerCommand(program, usage, description, example).addOption(engineOption());
}

function engineOption(): Option {
  return new Option('--engine <name>', 'what computes; onnx takes models that restok export has written')
    .choices([...engineNames])
    .default('tfjs');
}

/** Wrong usage is one line that names the help, and an exception instead of the end of the process. */
function quietErrors(each: Command): void {
  const name = each.parent === null ? each.name() : `${each.parent.name()} ${each.name()}`;
  each.exitOverride().configureOutput({
    outputError: (text) =>
      printError(`${name}: ${withFullStop(oneLine(text).replace(/^error: /, ''))} See ${name} --help.`),
  });
}

function withFullStop(text: string): string {
  return /[.?)]$/.test(text) ? text : `${text}.`;
}

/** Reads `a,b`. */
function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) {
    throw new InvalidArgumentError('It must be names or numbers with commas between.');
  }
  return names;
}

/** Refuses the empty text that an unset variable of a shell leaves. */
function parsePath(text: string): string {
  if (text.trim() === '') {
    throw new InvalidArgumentError('It must not be empty.');
  }
  return text;
}
