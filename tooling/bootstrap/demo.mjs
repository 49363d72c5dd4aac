// npm run demo: installs, builds, serves the page on this machine and opens it.
import { spawn } from 'node:child_process';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { buildEverything, installDependencies, requireNode } from './prepare.mjs';
import { root } from './repository.mjs';

const SITE = join(root, 'apps/demo/dist');
const FIRST_PORT = 4173;
const LAST_PORT = FIRST_PORT + 20;

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

requireNode();
await step('Installing the dependencies', installDependencies);
await step('Building', buildEverything);

const address = `http://localhost:${await listen(FIRST_PORT)}/`;
process.stdout.write(`The page is at ${address} (Ctrl-C ends it)\n`);
if (!process.argv.includes('--no-open')) {
  open(address);
}

/**
 * Serves the built page to this machine alone.
 *
 * @param {number} port the first to try.
 * @returns {Promise<number>} the one that was free.
 */
function listen(port) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = fileOf(pathname);
    if (file === undefined) {
      response.writeHead(404).end('There is no such file.');
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(file).size,
      'cache-control': 'no-cache',
    });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const isTaken = 'code' in error && error.code === 'EADDRINUSE';
      if (isTaken && port < LAST_PORT) {
        listen(port + 1).then(resolve, reject);
      } else {
        reject(error);
      }
    });
    server.listen(port, '127.0.0.1', () => resolve(port));
  });
}

/**
 * A file of the site.
 *
 * @param {string} pathname of a request.
 * @returns {string | undefined} its path, or nothing when there is no such file.
 */
function fileOf(pathname) {
  try {
    const file = normalize(join(SITE, pathname === '/' ? 'index.html' : decodeURIComponent(pathname)));
    return file.startsWith(SITE) && existsSync(file) && statSync(file).isFile() ? file : undefined;
  } catch {
    // An address that is not encoded properly names nothing.
    return undefined;
  }
}

/**
 * Opens an address in the visitor's browser; where there is none the printed address will do.
 *
 * @param {string} url
 */
function open(url) {
  /** @type {Partial<Record<NodeJS.Platform, [string, string[]]>>} */
  const openers = { darwin: ['open', [url]], win32: ['cmd', ['/c', 'start', '', url]] };
  const [command, args] = openers[process.platform] ?? ['xdg-open', [url]];
  const opened = spawn(command, args, { stdio: 'ignore', detached: true });
  opened.on('error', () => undefined);
  opened.unref();
}

/**
 * @param {string} title
 * @param {() => Promise<import('./run-logged.mjs').RunResult>} run
 */
async function step(title, run) {
  process.stdout.write(`${title} ...`);
  const start = performance.now();
  const { ok, problem } = await run();
  process.stdout.write(` ${ok ? 'done' : 'FAILED'} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
  if (!ok) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
}
