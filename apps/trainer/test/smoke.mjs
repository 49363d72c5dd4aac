// The built program under plain Node: its help names the options, and a missing config is one line, not a stack.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/restok-trainer.js', import.meta.url));
const run = (...args) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

const help = run('--help');
assert.equal(help.status, 0, help.stderr);
assert.match(help.stdout, /--config/);

const missing = run('--config', 'no-such-file.yaml');
assert.notEqual(missing.status, 0);
assert.match(missing.stderr, /no-such-file\.yaml/);
assert.doesNotMatch(missing.stderr, /^\s+at /m);
