import { describe, expect, it } from 'vitest';
import { shareImports } from './share-tfjs-core.mjs';

const publicNames = new Set(['add', 'mul', 'util', 'engine']);

describe('shareImports', () => {
  it('takes public names from tfjs-core', () => {
    expect(shareImports("import { add, mul as times } from '../ops/x';", publicNames)).toBe(
      "import { add, mul as times } from '@tensorflow/tfjs-core';",
    );
  });

  it('takes public namespaces from tfjs-core, whole or in part', () => {
    expect(shareImports("import * as u from '../util';", publicNames)).toBe(
      "import { util as u } from '@tensorflow/tfjs-core';",
    );
    expect(shareImports("import { assert, sizeOf as size } from '../util';", publicNames)).toBe(
      "import { util as shared_util } from '@tensorflow/tfjs-core'; const { assert, sizeOf: size } = shared_util;",
    );
  });

  it('uses the one engine', () => {
    expect(shareImports("import { ENGINE } from '../engine';", publicNames)).toBe(
      "import { engine } from '@tensorflow/tfjs-core'; const ENGINE = engine();",
    );
  });

  it('leaves what is private where it is', () => {
    const statement = "import { add, privateOp } from './ops/private';";
    expect(shareImports(statement, publicNames)).toBe(statement);
  });
});
