// npm run demo: installs, builds, serves the page on this machine and opens it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, installDependencies, requireNode } from './prepare.mjs';
import { root } from './repository.mjs';
import { step } from './step.mjs';

requireNode();
await step('Installing the dependencies', installDependencies);
await step('Building', () => build('@restok/demo'));

const server = join(root, 'apps/demo/serve.mjs');
const mayOpen = !process.argv.includes('--no-open');
process.stdout.write('Serving the page; Ctrl-C ends it.\n');
spawn(process.execPath, [server, ...(mayOpen ? ['--open'] : [])], { stdio: 'inherit' }).on('exit', (code) => {
  process.exitCode = code ?? 0;
});
