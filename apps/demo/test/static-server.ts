import { preview } from 'vite';

/** A server of files that is up. */
export interface StaticServer {
  /** Address of the folder, with a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a folder on this machine below a path, as a host of static pages does, with ranges.
 *
 * @param options `path` such as "/some/where/"; `allowOrigins` lets pages of other origins read.
 */
export async function serveFolder(
  folder: string,
  options: { readonly path?: string; readonly allowOrigins?: boolean } = {},
): Promise<StaticServer> {
  const { path = '/', allowOrigins = false } = options;
  const server = await preview({
    configFile: false,
    root: folder,
    base: path,
    // A file that does not exist is an error, not the first page.
    appType: 'mpa',
    logLevel: 'error',
    build: { outDir: folder },
    preview: {
      host: '127.0.0.1',
      port: 0,
      cors: allowOrigins && { origin: '*', exposedHeaders: ['content-range', 'content-length'] },
    },
  });
  return { url: server.resolvedUrls!.local[0]!, close: () => server.close() };
}
