import { CheckpointError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { checkRelativePath } from './relative-path';

describe('checkRelativePath', () => {
  it.each(['model.safetensors', 'shards/model-00001.safetensors', '..a/b..', 'ä ö?#%2e.json'])(
    'takes %s',
    (path) => {
      expect(() => checkRelativePath(path, 'folder')).not.toThrow();
    },
  );

  it.each(['', '/etc/passwd', '../a', 'a/../../b', 'a/./b', 'a//b', 'a/', '..\\a', 'C:a', 'a\0b', 'a\nb'])(
    'refuses %j',
    (path) => {
      expect(() => checkRelativePath(path, 'folder')).toThrow(CheckpointError);
      expect(() => checkRelativePath(path, 'folder')).toThrow(
        /^read: ".*" leaves the model folder folder\. Do not use this model\.$/,
      );
    },
  );
});
