import { describe, expect, it } from 'vitest';
import { isCommit, parseHubId } from './hub-id';

describe('parseHubId', () => {
  it.each([
    ['owner/name', 'owner/name', 'main'],
    ['me_2/model-1.0.x', 'me_2/model-1.0.x', 'main'],
    ['owner/name@v1.0', 'owner/name', 'v1.0'],
    ['owner/name@refs/pr/3', 'owner/name', 'refs/pr/3'],
  ])('reads %s', (spec, name, revision) => {
    expect(parseHubId(spec)).toEqual({ name, revision });
  });

  it('lets a revision that is given beside it win', () => {
    expect(parseHubId('owner/name@v1', 'v2')?.revision).toBe('v2');
  });

  it.each([
    'name',
    './name',
    '../name',
    'a/b/c',
    'owner/',
    '/name',
    'owner/-name',
    'owner/a--b',
    'owner/a..b',
    'C:\\owner/name',
    'owner/na me',
    `owner/${'x'.repeat(91)}`,
  ])('does not take %s for an id', (spec) => {
    expect(parseHubId(spec)).toBeUndefined();
  });

  it.each(['', '..', 'a/../b', '/a', 'a//b', 'a b', '-a', 'a\nb'])(
    'refuses the revision "%s"',
    (revision) => {
      expect(() => parseHubId('owner/name', revision)).toThrow(
        'parseHubId: the revision of owner/name must be a branch, a tag or a commit, got ',
      );
    },
  );
});

describe('isCommit', () => {
  it('takes whole commits only', () => {
    expect([isCommit('a'.repeat(40)), isCommit('a'.repeat(39)), isCommit('main')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
