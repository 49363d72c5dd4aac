import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { oneLine } from './error-line';
import { parseCount } from './number-lists';
import { backendNames, engineNames } from './option-names';
import { printError } from './output';

/** A command with the options that all of them have. */
export function command(program: Command, usage: string, description: string, example: string): Command {
  const added = program
    .command(usage)
    .description(description)
    .option('--json', 'one JSON object on standard output', false)
    .addOption(new Option('--backend <name>', 'where to compute').choices([...backendNames]).default('auto'))
    .addHelpText('after', `\nExample:\n  ${example}`);
  quietErrors(added);
  return added;
}

/** A command that takes a tokenizer. */
export function tokenizerCommand(
  program: Command,
  usage: string,
  description: string,
  example: string,
): Command {
  return command(program, usage, description, example).option(
    '--model <model>',
    'folder or URL of a tokenizer (default: the shipped one)',
    parsePath,
  );
}

/** Commands that can also compute with ONNX Runtime. */
export function coderCommand(program: Command, usage: string, description: string, example: string): Command {
  return tokenizerCommand(program, usage, description, example).addOption(engineOption());
}

/** Adds the search for better codes than the encoder's. */
export function withRefinement(each: Command): Command {
  return each.option(
    '--refine <steps>',
    'look for better codes by so many steps, for instance 20; each takes about as long as decoding three times',
    parseCount,
  );
}

/** What computes: TensorFlow.js or ONNX Runtime. */
export function engineOption(): Option {
  return new Option('--engine <name>', 'what computes; onnx takes models that restok export has written')
    .choices([...engineNames])
    .default('tfjs');
}

/** Adds the number of threads. */
export function withThreads(each: Command, byDefault?: number): Command {
  return each.option(
    '--threads <n>',
    byDefault === undefined
      ? 'threads of matrix products (default: one per core)'
      : 'threads of matrix products',
    parseCount,
    byDefault,
  );
}

/** Wrong usage is one line that names the help, and an exception instead of the end of the process. */
export function quietErrors(each: Command): void {
  const name = fullName(each);
  each.exitOverride().configureOutput({
    outputError: (text) =>
      printError(`${name}: ${withFullStop(oneLine(text).replace(/^error: /, ''))} See ${name} --help.`),
  });
}

/** The words that call a command, for instance `restok eval generation`. */
function fullName(each: Command): string {
  return each.parent === null ? each.name() : `${fullName(each.parent)} ${each.name()}`;
}

function withFullStop(text: string): string {
  return /[.?)]$/.test(text) ? text : `${text}.`;
}

/** Reads `a,b`. */
export function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) {
    throw new InvalidArgumentError('It must be names or numbers with commas between.');
  }
  return names;
}

/** Refuses the empty text that an unset variable of a shell leaves. */
export function parsePath(text: string): string {
  if (text.trim() === '') {
    throw new InvalidArgumentError('It must not be empty.');
  }
  return text;
}

/** Reads one path after the other of an option that takes several. */
export function parsePaths(text: string, before: readonly string[] = []): string[] {
  return [...before, parsePath(text)];
}
