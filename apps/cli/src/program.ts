import { Command } from 'commander';
import { command, parsePath, quietErrors } from './command-parts';
import { addQueueCommands } from './division-options';
import { addEvaluationCommands } from './evaluation-commands';
import { addGenerateCommand } from './generate-command';
import { addExportCommand, addMachineCommands } from './machine-commands';
import { addModelCommands } from './model-commands';
import { addPictureCommands } from './picture-commands';
import { addTrainingCommands } from './training-commands';

/**
 * The whole command line; its actions throw, and the caller turns errors into one line. Each action imports its
 * command when it runs, since TensorFlow.js takes a second to load.
 */
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
