import type { Command } from 'commander';
import { Option } from 'commander';
import { command, parsePath, tokenizerCommand } from './command-parts';
import type { BenchOptions } from './commands/bench';
import type { ExportOptions } from './commands/export';
import type { CommonOptions } from './load-tokenizer';
import { exportFormats, weightTypes } from './option-names';

/** `restok export`. */
export function addExportCommand(program: Command): void {
  command(
    program,
    'export',
    'a tokenizer or a generator in the format of another program',
    'restok export --model my-model --format onnx --out my-model-onnx',
  )
    .option('--model <model>', 'folder or URL of a model (default: the shipped tokenizer)', parsePath)
    .addOption(new Option('--format <name>', 'the format').choices([...exportFormats]).default('onnx'))
    .addOption(
      new Option('--weights <type>', 'float16 halves the files, int8 quarters them; both round the weights')
        .choices([...weightTypes])
        .default('float32'),
    )
    .requiredOption('--out <folder>', 'folder of the files', parsePath)
    .action(async (options: ExportOptions) => {
      const { exportModel } = await import('./commands/export');
      await exportModel(options);
    });
}

/** Commands about the machine. */
export function addMachineCommands(program: Command): void {
  command(
    program,
    'doctor',
    'checks this machine: backend, matrix products, numbers',
    'restok doctor',
  ).action(async (options: CommonOptions) => {
    const { doctor } = await import('./commands/doctor');
    await doctor(options);
  });
  tokenizerCommand(program, 'bench', 'the table of speeds of this machine', 'restok bench --json')
    .option('--generator <model>', 'folder or URL of a generator (default: the shipped one)', parsePath)
    .option('--large', 'the released tokenizer too, with random weights: 6 GB of memory, 3 GB of disk')
    .action(async (options: BenchOptions) => {
      const { bench } = await import('./commands/bench');
      await bench(options);
    });
}
