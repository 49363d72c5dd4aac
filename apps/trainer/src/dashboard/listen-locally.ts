import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a dashboard is found when nobody asks for a port, and how many ports from there on are tried. */
const DEFAULT_PORT = 6116;
const PORTS_TRIED = 20;

/**
 * Lets a server listen on this machine only.
 *
 * @param port when absent, the first free one of some.
 * @returns the port.
 * @throws Error in one line when the port cannot be had.
 */
export async function listenLocally(server: Server, port?: number): Promise<number> {
  const ports = port === undefined ? Array.from({ length: PORTS_TRIED }, (_, i) => DEFAULT_PORT + i) : [port];
  for (const candidate of ports) {
    if (await listens(server, candidate)) {
      return (server.address() as AddressInfo).port;
    }
  }
  throw new Error(
    port === undefined
      ? `dashboard: ports ${DEFAULT_PORT} to ${DEFAULT_PORT + PORTS_TRIED - 1} are in use. Name a free one with --dashboard PORT.`
      : `dashboard: port ${port} is in use. Name another, or none for the next free one.`,
  );
}

async function listens(server: Server, port: number): Promise<boolean> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      return false;
    }
    throw new Error(
      `dashboard: port ${port} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
