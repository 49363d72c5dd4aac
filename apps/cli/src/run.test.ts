import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../test/run-command';
import { temporaryFolder } from '../test/temporary-folder';
import { createProgram } from './program';

const folder = temporaryFolder();
const out = join(folder, 'out');

/** What is wrong, and a command line that is: the exit code must be 2. */
const WRONG_USAGE: readonly (readonly [string, ...string[]])[] = [
  ['an unknown command', 'fly'],
  ['an unknown option', 'encode', 'a.png', '--out', out, '--fast'],
  ['no picture', 'encode', '--out', out],
  ['no --out', 'reconstruct', 'a.png'],
  ['an empty --out', 'reconstruct', 'a.png', '--out', ''],
  ['no --levels', 'mix', 'a.png', 'b.png', '--out', out],
  ['--levels that are none', 'mix', 'a.png', 'b.png', '--levels', '3-1', '--out', out],
  ['--keep that is no number', 'reconstruct', 'a.png', '--keep', '4,x', '--out', out],
  ['--keep without latents', 'decode', 'c.npz', '--keep', '0', '--out', out],
  ['an unknown backend', 'info', '--backend', 'gpu'],
  ['a picture too many', 'mix', 'a.png', 'b.png', 'c.png', '--levels', '0', '--out', out],
  ['a grid that is no PNG', 'reconstruct', 'a.png', '--out', out, '--grid', 'grid.jpg'],
  ['an unknown thing to train', 'train', 'everything', '--config', 'c.yaml'],
  ['no config to train with', 'train', 'tokenizer'],
  ['an override without value', 'train', 'tokenizer', 'training.seed', '--config', 'c.yaml'],
  ['no class to generate', 'generate', '--out', out],
  ['no data of an evaluation', 'eval', 'reconstruction'],
  ['an unknown data set', 'data', 'cats', '--out', out],
];

describe('run', () => {
  it.each(WRONG_USAGE)('ends with 2 and one line for %s', async (_what, ...argv) => {
    const { code, stdout, stderr } = await runCommand(...argv);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^restok[^\n]*\.\n$/);
    expect(stderr).not.toMatch(/See (?!restok)/);
    expect(existsSync(out)).toBe(false);
  });

  it('suggests the option that was meant', async () => {
    const { stderr } = await runCommand('bench', '--jsn');
    expect(stderr).toContain('Did you mean --json?');
  });

  it('shows the help without a command, as wrong usage', async () => {
    expect(await runCommand()).toMatchObject({ code: 2, stdout: '' });
  });

  it('ends with 1 and one line where a model is missing', async () => {
    const { code, stdout, stderr } = await runCommand('info', join(folder, 'no-model'), '--json');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^[^\n]*no-model does not exist\. Pass a model folder[^\n]*\n$/);
  });

  it('ends with 1 and one line where a config is missing', async () => {
    const { code, stderr } = await runCommand('train', 'tokenizer', '--config', 'none.yaml');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'restok: cannot use none.yaml: it does not exist. Check the path.\n',
    });
  });

  it('shows the stack with --debug', async () => {
    const { stderr } = await runCommand('info', join(folder, 'no-model'), '--debug');
    expect(stderr).toMatch(/\n\s+at /);
  });

  it('says that WebGPU is not available', async () => {
    const { code, stderr } = await runCommand('bench', '--backend', 'webgpu');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^[^\n]*"webgpu" is not available here[^\n]*Use --backend auto[^\n]*\n$/);
  });

  it('prints the version', async () => {
    expect(await runCommand('--version')).toMatchObject({ code: 0, stdout: '0.0.0\n' });
  });

  const commands = createProgram('0.0.0').commands;
  const groups = commands.filter((command) => command.commands.length > 0);
  const single = commands.filter((command) => !groups.includes(command)).map((command) => [command.name()]);
  const grouped = groups.flatMap((group) => group.commands.map((command) => [group.name(), command.name()]));

  it.each(groups.map((group) => group.name()))('has help with an example for %s', async (name) => {
    const { code, stdout } = await runCommand(name, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Example:\n  restok ${name}`);
  });

  it.each([...single, ...grouped].map((words) => ({ words, name: words.join(' ') })))(
    'has help with an example and the options of every command for $name',
    async ({ words, name }) => {
      const { code, stdout, stderr } = await runCommand(...words, '--help');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`Example:\n  restok ${name}`);
      expect(stdout).toMatch(/--json .*--backend .*--debug /s);
    },
  );
});
