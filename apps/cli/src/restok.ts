#!/usr/bin/env node
import { createRequire } from 'node:module';
import { run } from './run';

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
process.exitCode = await run(process.argv.slice(2), version);
