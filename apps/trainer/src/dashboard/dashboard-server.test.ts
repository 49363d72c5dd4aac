import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DashboardServer } from './dashboard-server';

/** Server-sent events as they come. */
async function* eventsOf(url: string): AsyncGenerator<{ event: string; data: unknown }> {
  const response = await fetch(`${url}events`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const messages = (text + value).split('\n\n');
    text = messages.pop()!;
    for (const message of messages) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(message)!;
      yield { event: event!, data: JSON.parse(data!) as unknown };
    }
  }
}

/** The answer to a request that names another host, as a foreign page would. */
function statusFor(url: string, options: { host?: string; method?: string }): Promise<number> {
  const headers = options.host === undefined ? {} : { host: options.host };
  return new Promise((resolve, reject) => {
    request(url, { headers, method: options.method }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

describe('DashboardServer', () => {
  let folder = '';
  let running: DashboardServer | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'restok-dashboard-'));
    mkdirSync(join(folder, 'samples'));
    writeFileSync(join(folder, 'log.jsonl'), '{"step":1,"loss":2}\n');
    writeFileSync(join(folder, 'samples', 'step-0000001.png'), 'picture');
    writeFileSync(join(folder, 'dashboard-page.js'), 'script');
    writeFileSync(join(folder, 'dashboard-page.css'), 'style');
  });
  afterEach(() => {
    running?.stop();
    rmSync(folder, { recursive: true });
  });
  const start = async (port = 0): Promise<string> => {
    const options = { folder, assets: folder, title: 'run', port, pollEvery: 20 };
    const { dashboard, url } = await DashboardServer.start(options);
    running = dashboard;
    return url;
  };
  const bodyOf = async (url: string): Promise<string> => (await fetch(url)).text();

  it('serves the page, its script and style, and the samples', async () => {
    const url = await start();
    expect(await bodyOf(url)).toContain('<script type="module" src="/dashboard-page.js">');
    expect(await bodyOf(`${url}dashboard-page.js`)).toBe('script');
    expect(await bodyOf(`${url}dashboard-page.css`)).toBe('style');
    expect(await bodyOf(`${url}samples/step-0000001.png`)).toBe('picture');
  });

  it('serves nothing else, to nobody else', async () => {
    const url = await start();
    const status = async (path: string): Promise<number> => (await fetch(url + path)).status;
    expect(await status('log.jsonl')).toBe(404);
    expect(await status('samples/..%2Flog.jsonl')).toBe(404);
    expect(await status('samples/step-0000002.png')).toBe(404);
    expect(await status('dashboard-page.js/x')).toBe(404);
    expect(await statusFor(url, { host: 'example.com' })).toBe(403);
    expect(await statusFor(url, { method: 'POST' })).toBe(405);
    expect(new URL(url).hostname).toBe('127.0.0.1');
  });

  it('tells a page what is there, then what is added, and of a log that begins again', async () => {
    const url = await start();
    const events = eventsOf(url);
    const next = async (): Promise<unknown> => (await events.next()).value as unknown;
    expect(await next()).toEqual({ event: 'status', data: { title: 'run' } });
    expect(await next()).toEqual({ event: 'history', data: [{ step: 1, loss: 2 }] });
    expect(await next()).toEqual({ event: 'samples', data: ['step-0000001.png'] });
    running!.report({ step: 2, maxSteps: 9 });
    expect(await next()).toEqual({ event: 'status', data: { title: 'run', step: 2, maxSteps: 9 } });
    appendFileSync(join(folder, 'log.jsonl'), '{"step":2,"loss":1}\n');
    expect(await next()).toEqual({ event: 'entries', data: [{ step: 2, loss: 1 }] });
    writeFileSync(join(folder, 'samples', 'step-0000002.png'), '');
    const both = ['step-0000001.png', 'step-0000002.png'];
    expect(await next()).toEqual({ event: 'samples', data: both });
    writeFileSync(join(folder, 'log.jsonl'), '{"step":1}\n');
    expect(await next()).toEqual({ event: 'history', data: [{ step: 1 }] });
    await events.return(undefined);
  });

  it('goes on when the log could not be read for a while', async () => {
    const log = join(folder, 'log.jsonl');
    const events = eventsOf(await start());
    for (let told = 0; told < 3; told++) {
      await events.next();
    }
    rmSync(log);
    mkdirSync(log);
    await new Promise((resolve) => setTimeout(resolve, 100));
    writeFileSync(join(folder, 'next'), '{"step":7}\n');
    rmdirSync(log);
    renameSync(join(folder, 'next'), log);
    expect((await events.next()).value).toEqual({ event: 'history', data: [{ step: 7 }] });
    await events.return(undefined);
  });

  it('ends the connections of pages when it stops', async () => {
    const events = eventsOf(await start());
    await events.next();
    running!.stop();
    // The three first messages came together.
    await events.next();
    await events.next();
    await expect(events.next()).rejects.toThrow();
  });

  it('says that a port is in use, and finds the next free one where none is named', async () => {
    const port = Number(new URL(await start()).port);
    const options = { folder, assets: folder, title: 'run' };
    await expect(DashboardServer.start({ ...options, port })).rejects.toThrow(
      `dashboard: port ${port} is in use. Name another, or none for the next free one.`,
    );
    const [first, second] = [await DashboardServer.start(options), await DashboardServer.start(options)];
    expect(Number(new URL(second.url).port)).toBeGreaterThan(Number(new URL(first.url).port));
    first.dashboard.stop();
    second.dashboard.stop();
  });
});
