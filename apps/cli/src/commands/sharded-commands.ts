import { backendNames, engineNames, resizeNames, scheduleNames } from '../option-names';
import type { Output } from '../output';
import type { ShardedCommandName } from '../shards/job-folder';
import type { JsonShape } from '../shards/json-shape';
import { flag, listOf, numberIn, objectOf, oneOf, optional, text, wholeIn } from '../shards/json-shape';
import type { ShardWork } from '../shards/sharded-command';
import { localModel, localPath, sharedModel, sharedPath } from '../queue/shared-paths';
import type { DividedEvalGenerationOptions } from './eval-generation-shards';
import { openEvalGeneration } from './eval-generation-shards';
import type { DividedEvalReconstructionOptions } from './eval-reconstruction-shards';
import { openEvalReconstruction } from './eval-reconstruction-shards';
import type { ExtractOptions } from './extract';
import { openExtraction } from './extract';
import type { GenerateBasics } from './generate-checks';
import { openGeneration } from './generate-shards';

/** What a worker adds to the options of queued work. */
export interface WorkerChoices {
  /** Threads of matrix products. */
  readonly threads?: number;
}

/** Options of queued work, checked, with paths of this machine. */
export interface ReadyWork {
  /** Where its shards go. */
  readonly out: string;
  open(choices: WorkerChoices, output: Output): Promise<ShardWork>;
}

/** A command whose work is done in shards, as the queue sees it. */
export interface ShardedCommand {
  /** Options of the command line as every machine can use them. */
  share(options: object, root: string): Record<string, unknown>;
  /**
   * Checks what came out of the queue.
   *
   * @throws DataError.
   */
  ready(shared: Readonly<Record<string, unknown>>, root: string): ReadyWork;
}

const inceptionFields = {
  inception: optional(text),
  resize: optional(oneOf(resizeNames)),
};

/** Commands whose work is done in shards. */
export const shardedCommands: Readonly<Record<ShardedCommandName, ShardedCommand>> = {
  extract: shardedCommand<Omit<ExtractOptions, 'json' | 'threads'>>({
    fields: {
      ...{ data: text, out: text, tenCrop: flag, model: optional(text) },
      engine: optional(oneOf(engineNames)),
      backend: oneOf(backendNames),
    },
    paths: ['data', 'out'],
    models: ['model'],
    open: (options, choices, output) => openExtraction({ ...options, ...choices, json: false }, output),
  }),
  generate: shardedCommand<Omit<GenerateBasics, 'json' | 'threads' | 'keepLevels'>>({
    fields: {
      ...{ out: text, generator: optional(text), tokenizer: optional(text), class: optional(listOf(text)) },
      like: optional(text),
      count: wholeIn(1),
      seed: wholeIn(0, 2 ** 32 - 1),
      guidance: numberIn(1, Number.MAX_VALUE),
      schedule: oneOf(scheduleNames),
      start: optional(numberIn(0, 1)),
      temperature: numberIn(Number.MIN_VALUE, Number.MAX_VALUE),
      topK: wholeIn(0),
      topP: numberIn(Number.MIN_VALUE, 1),
      engine: optional(oneOf(engineNames)),
      backend: oneOf(backendNames),
    },
    paths: ['out', 'like'],
    models: ['generator', 'tokenizer'],
    open: (options, choices, output) => openGeneration({ ...options, ...choices, json: false }, output),
  }),
  'eval generation': shardedCommand<Omit<DividedEvalGenerationOptions, 'json' | 'threads'>>({
    fields: { samples: text, reference: text, out: text, ...inceptionFields, backend: oneOf(backendNames) },
    paths: ['samples', 'reference', 'out', 'inception'],
    models: [],
    open: (options, choices, output) => openEvalGeneration({ ...options, ...choices, json: false }, output),
  }),
  'eval reconstruction': shardedCommand<Omit<DividedEvalReconstructionOptions, 'json' | 'threads'>>({
    fields: {
      ...{ data: text, out: text, model: optional(text), ...inceptionFields },
      lpips: optional(listOf(text)),
      refine: optional(wholeIn(1)),
      backend: oneOf(backendNames),
    },
    paths: ['data', 'out', 'inception', 'lpips'],
    models: ['model'],
    open: (options, choices, output) =>
      openEvalReconstruction({ ...options, ...choices, json: false }, output),
  }),
};

interface Definition<Options extends { readonly out: string }> {
  readonly fields: { readonly [Key in keyof Options]-?: JsonShape<Options[Key]> };
  /** Options that are files or folders, or lists of them. */
  readonly paths: readonly (keyof Options & string)[];
  /** Options that are models. */
  readonly models: readonly (keyof Options & string)[];
  open(options: Options, choices: WorkerChoices, output: Output): Promise<ShardWork>;
}

function shardedCommand<Options extends { readonly out: string }>({
  fields,
  paths,
  models,
  open,
}: Definition<Options>): ShardedCommand {
  const shape = objectOf<Options>(fields);
  /** The same options with other paths and models. */
  const mapped = (
    options: object,
    path: (value: string) => string,
    model: (value: string) => string,
  ): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(options)
        .filter(([key, value]) => Object.hasOwn(fields, key) && value !== undefined)
        .map(([key, value]: [string, unknown]) => {
          const change = paths.some((name) => name === key)
            ? path
            : models.some((name) => name === key)
              ? model
              : undefined;
          if (change === undefined) {
            return [key, value];
          }
          return [key, Array.isArray(value) ? value.map(String).map(change) : change(String(value))];
        }),
    );
  return {
    share: (options, root) =>
      mapped(
        options,
        (value) => sharedPath(value, root),
        (value) => sharedModel(value, root),
      ),
    ready(shared, root) {
      const checked = shape(shared, 'options');
      const local = mapped(
        checked,
        (value) => localPath(value, root),
        (value) => localModel(value, root),
      );
      const options = shape(local, 'options');
      return { out: options.out, open: (choices, output) => open(options, choices, output) };
    },
  };
}
