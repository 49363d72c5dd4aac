// npm run demo: installs, builds, serves the page on this machine and opens it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, installDependencies, requireNode } from './prepare.mjs';
import { root } from './repository.mjs';
import { step } from './step.mjs';

requireNode();
await step('Installing the dependencies', installDependencies);
await step('Building', () => build('@restok/demo'));

const demo = join(root, 'apps/demo');
const server = [join(demo, 'node_modules/vite/bin/vite.js'), 'preview', '--host', '127.0.0.1'];
const mayOpen = !process.argv.includes('--no-open');
process.stdout.write('Serving the page; Ctrl-C ends it.\n');
spawn(process.execPath, [...server, ...(mayOpen ? ['--open'] : [])], { cwd: demo, stdio: 'inherit' }).on(
  'exit',
  (code) => {
    process.exitCode = code ?? 0;
  },
);
