import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { listenLocally } from './listen-locally';
import { pageHtml } from './page-html';
import { thinned } from './thinned';
import type { LogEntry } from './run-reader';
import { RunReader } from './run-reader';

/** What a page is told beside the log; all of it is known only while a run is under way. */
export interface RunStatus {
  readonly title: string;
  readonly step?: number;
  readonly startStep?: number;
  readonly maxSteps?: number;
  readonly numParameters?: number;
  readonly picturesPerSecond?: number;
  /** Expected, in seconds. */
  readonly secondsLeft?: number;
}

export interface DashboardServerOptions {
  /** Folder of the run. */
  readonly folder: string;
  /** Holds the script and the style of the page. */
  readonly assets: string;
  readonly title: string;
  /** The next free one from the default on when absent; 0 is any free one. */
  readonly port?: number;
  /** Milliseconds between two looks at the folder. */
  readonly pollEvery?: number;
}

/** Entries of a kind that a page gets at once; more are thinned out. */
const MAX_ENTRIES = 2000;
const POLL_EVERY = 500;
const ASSETS: Readonly<Record<string, string>> = {
  'dashboard-page.js': 'text/javascript; charset=utf-8',
  'dashboard-page.css': 'text/css; charset=utf-8',
};
/** Nothing but what this server sends. */
const POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'";
/** Other names for this machine would let a foreign page read along. */
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Serves a page on this machine that shows a run as it goes: its log, samples and progress, which pages get as
 * server-sent events. It reads the folder of the run, so it shows one that is over, too.
 */
export class DashboardServer {
  private readonly reader: RunReader;
  private readonly pages = new Set<ServerResponse>();
  private entries: LogEntry[] = [];
  private samples: readonly string[] = [];
  private status: RunStatus;
  private timer: NodeJS.Timeout | undefined;
  private server: Server | undefined;
  private isStopped = false;

  private constructor(private readonly options: DashboardServerOptions) {
    this.reader = new RunReader(options.folder);
    this.status = { title: options.title };
  }

  /**
   * Begins to serve.
   *
   * @returns the server and its address.
   * @throws Error in one line when the port is taken.
   */
  static async start(options: DashboardServerOptions): Promise<{ dashboard: DashboardServer; url: string }> {
    const dashboard = new DashboardServer(options);
    await dashboard.look();
    const server = createServer((request, response) => dashboard.answer(request, response));
    const port = await listenLocally(server, options.port);
    dashboard.server = server;
    dashboard.followFolder();
    return { dashboard, url: `http://127.0.0.1:${port}/` };
  }

  /** Tells pages how far the run is; what is left out stays as it was. */
  report(status: Partial<RunStatus>): void {
    this.status = { ...this.status, ...status };
    this.tell('status', this.status);
  }

  /** Ends all connections. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.server?.close();
    this.server?.closeAllConnections();
  }

  /** A folder that cannot be read now may be read later: a run does not end over its page. */
  private followFolder(): void {
    if (this.isStopped) {
      return;
    }
    this.timer = setTimeout(() => {
      void this.look()
        .catch(() => undefined)
        .finally(() => this.followFolder());
    }, this.options.pollEvery ?? POLL_EVERY);
  }

  private async look(): Promise<void> {
    const { restarted, entries, samples } = await this.reader.read();
    if (restarted) {
      this.entries = [...entries];
      this.tell('history', this.entries);
    } else if (entries.length > 0) {
      this.entries.push(...entries);
      this.tell('entries', entries);
    }
    this.entries = thinned(this.entries, MAX_ENTRIES);
    if (samples !== undefined) {
      this.samples = samples;
      this.tell('samples', samples);
    }
  }

  private tell(event: string, data: object): void {
    for (const page of this.pages) {
      page.write(message(event, data));
    }
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'no-store');
    const [path = ''] = (request.url ?? '').split('?');
    const [, first = '', second = '', ...more] = path.split('/');
    const { assets } = this.options;
    if (!LOCAL_HOST.test(request.headers.host ?? '')) {
      refuse(response, 403);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405);
    } else if (path === '/') {
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(pageHtml);
    } else if (path === '/events') {
      this.addPage(response);
    } else if (first === 'samples' && more.length === 0) {
      sendFile(response, this.reader.samplePath(second), 'image/png');
    } else if (path === `/${first}` && first in ASSETS) {
      sendFile(response, join(assets, first), ASSETS[first]!);
    } else {
      refuse(response, 404);
    }
  }

  private addPage(page: ServerResponse): void {
    page.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    page.write(message('status', this.status) + message('history', this.entries));
    page.write(message('samples', this.samples));
    this.pages.add(page);
    page.once('close', () => this.pages.delete(page));
  }
}

function message(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function refuse(response: ServerResponse, code: number): void {
  response.writeHead(code).end();
}

function sendFile(response: ServerResponse, path: string | undefined, type: string): void {
  if (path === undefined || !existsSync(path)) {
    refuse(response, 404);
    return;
  }
  response.setHeader('Content-Type', type);
  createReadStream(path)
    .on('error', () => response.destroy())
    .pipe(response);
}
