// Serves the built page on this machine: node serve.mjs [--port 4173] [--open]. Ranges and whole files come from the
// same bytes, which Vite's preview does not do: it packs whole files under the ETag of what is not packed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sirv from 'sirv';

const { values } = parseArgs({
  options: {
    /** 0 takes any that is free. */
    port: { type: 'string', default: '4173' },
    open: { type: 'boolean', default: false },
  },
});
const site = fileURLToPath(new URL('dist', import.meta.url));
if (!existsSync(`${site}/index.html`)) {
  process.stderr.write(`serve: ${site} holds no page. Build it first: npm run demo\n`);
  process.exit(1);
}

const serve = sirv(site, {
  etag: true,
  setHeaders: (response) => response.setHeader('cache-control', 'no-cache'),
});
const server = createServer((request, response) => {
  serve(request, response, () => response.writeHead(404).end('There is no such file.'));
});
server.on('error', (error) => {
  process.stderr.write(
    `serve: port ${values.port} cannot be used (${error.message}). Pass another with --port.\n`,
  );
  process.exit(1);
});
server.listen(Number(values.port), '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}/`;
  process.stdout.write(`The page is at ${address}\n`);
  if (values.open) {
    openInBrowser(address);
  }
});

/** Asks the system to open an address; where it cannot, the visitor does. @param {string} address */
function openInBrowser(address) {
  const commands = { darwin: ['open'], win32: ['cmd', '/c', 'start'] };
  const [command, ...before] = commands[process.platform] ?? ['xdg-open'];
  spawn(command, [...before, address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
