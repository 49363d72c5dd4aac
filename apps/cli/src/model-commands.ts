import type { Command } from 'commander';
import type { InfoOptions } from './commands/info';
import type { PullOptions } from './commands/pull';

/** Adds a command with the options that all of them have. */
export type AddCommand = (usage: string, description: string, example: string) => Command;

/** Commands about a model itself. */
export function addModelCommands(add: AddCommand, parseText: (text: string) => string): void {
  add(
    'info [model]',
    'config, levels, parameters, memory and licence of a model; of one on a hub, only headers are read',
    'restok info my-model',
  )
    .option('--revision <name>', 'branch, tag or commit of a hub id', parseText)
    .action(async (model: string | undefined, options: InfoOptions) => {
      const { info } = await import('./commands/info');
      await info(model, options);
    });
  add(
    'pull <id>',
    "brings a model of a hub into the cache that is shared with Python's huggingface_hub",
    'restok pull owner/name --revision main',
  )
    .option('--revision <name>', 'branch, tag or commit (default: main)', parseText)
    .action(async (id: string, options: PullOptions) => {
      const { pull } = await import('./commands/pull');
      await pull(id, options);
    });
}
