import { CheckpointError } from '@restok/core';
import { quoteName } from './quote-name';

/** A model on a hub. */
export interface HubId {
  /** `owner/name`. */
  readonly name: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

const DEFAULT_REVISION = 'main';

/** Letters, digits, `_`, `-` and `.`, the last two neither first nor last. */
const PART = /^\w(?:[\w.-]*\w)?$/;
const MAX_NAME_LENGTH = 96;

/** A revision becomes a part of addresses and of paths. */
const REVISION = /^\w[\w.+-]*(?:\/\w[\w.+-]*)*$/;

/** A whole commit, which never changes its files. */
const COMMIT = /^[0-9a-f]{40}$/;

/**
 * Reads `owner/name` or `owner/name@revision`.
 *
 * @param revision wins over the one in the text; `main` where there is neither.
 * @returns undefined when the text is no id.
 * @throws CheckpointError when the revision cannot be one.
 */
export function parseHubId(spec: string, revision?: string): HubId | undefined {
  const at = spec.indexOf('@');
  const name = at < 0 ? spec : spec.slice(0, at);
  const parts = name.split('/');
  const isName = parts.length === 2 && parts.every((part) => PART.test(part)) && !/--|\.\./.test(name);
  if (!isName || name.length > MAX_NAME_LENGTH) {
    return undefined;
  }
  const wanted = revision ?? (at < 0 ? DEFAULT_REVISION : spec.slice(at + 1));
  if (!REVISION.test(wanted) || wanted.includes('..')) {
    throw new CheckpointError(
      `parseHubId: the revision of ${name} must be a branch, a tag or a commit, got ${quoteName(wanted)}. Name one, for instance ${DEFAULT_REVISION}.`,
    );
  }
  return { name, revision: wanted };
}

/** Whether a revision is a whole commit. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}
