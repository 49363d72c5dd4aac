import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DataError } from '@restok/core';
import { UsageError } from '../usage-error';

/** Beginning of a model that is a folder below the root; anything else is a URL or a hub id. */
const FOLDER = 'folder:';
const SOURCE = 'source:';

/**
 * A path as machines share it: from the root, with `/` between.
 *
 * @throws UsageError when it is not below the root.
 */
export function sharedPath(path: string, root: string): string {
  const inside = relative(resolve(root), resolve(path));
  if (isOutside(inside)) {
    throw new UsageError(
      `restok: ${path} must be below ${resolve(root)}, the folder that all workers see. Name that folder with --root.`,
    );
  }
  return inside === '' ? '.' : inside.split(sep).join('/');
}

/**
 * The path on this machine of a shared one.
 *
 * @throws DataError when it leaves the root, also by a link.
 */
export function localPath(shared: string, root: string): string {
  const path = resolve(root, shared);
  const isPlain = !isAbsolute(shared) && !shared.includes('\0') && !shared.split(/[/\\]/).includes('..');
  if (!isPlain || isOutside(relative(realpathSync(root), realPathOf(path)))) {
    throw new DataError(
      `restok: paths of queued work must stay below ${resolve(root)}, got ${JSON.stringify(shared)}. Start the worker with the --root of the command that queued it.`,
      { path: shared },
    );
  }
  return path;
}

/** A model as machines share it: a folder below the root, or a URL or hub id as it is. */
export function sharedModel(model: string, root: string): string {
  return existsSync(model) ? `${FOLDER}${sharedPath(model, root)}` : `${SOURCE}${model}`;
}

/**
 * What to load of a shared model on this machine.
 *
 * @throws DataError when it is neither a folder below the root, nor an https URL, nor a hub id.
 */
export function localModel(shared: string, root: string): string {
  if (shared.startsWith(FOLDER)) {
    return localPath(shared.slice(FOLDER.length), root);
  }
  const source = shared.startsWith(SOURCE) ? shared.slice(SOURCE.length) : '';
  if (!/^https?:\/\/\S+$/.test(source) && !/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(source)) {
    throw new DataError(
      `restok: models of queued work must be folders below the root, URLs or hub ids, got ${JSON.stringify(shared)}. Check --model of the command that queued it.`,
      { model: shared },
    );
  }
  return source;
}

function isOutside(inside: string): boolean {
  return isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`);
}

/** With links followed, as far as it exists. */
function realPathOf(path: string): string {
  if (existsSync(path)) {
    return realpathSync(path);
  }
  const parent = dirname(path);
  return parent === path ? path : join(realPathOf(parent), relative(parent, path));
}
