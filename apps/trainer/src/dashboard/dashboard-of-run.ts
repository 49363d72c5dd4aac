import type { ConfigTree } from '@restok/core';
import { outputFolderOf } from '../training-report';
import type { Dashboard } from './open-dashboard';
import { openDashboard } from './open-dashboard';

/**
 * A page about the run of a config, where one is wanted and the config, which is not checked yet, names its folder.
 *
 * @param port `true` is the next free one.
 * @returns owned by the caller, who closes it.
 * @throws Error in one line when the port is in use.
 */
export async function dashboardOfRun(
  raw: ConfigTree,
  port: number | true | undefined,
): Promise<Dashboard | undefined> {
  const folder = outputFolderOf(raw);
  return port === undefined || folder === undefined
    ? undefined
    : openDashboard(folder, { port: port === true ? undefined : port });
}
