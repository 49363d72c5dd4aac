const LARGEST_PORT = 65535;

/**
 * The port of `--dashboard [PORT]`.
 *
 * @throws Error in one line, for instance for an override that was taken for it.
 */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > LARGEST_PORT) {
    throw new Error(
      `--dashboard: PORT must be 0 to ${LARGEST_PORT}, got ${text}. Write --dashboard behind the key=value texts, or with a port.`,
    );
  }
  return port;
}
