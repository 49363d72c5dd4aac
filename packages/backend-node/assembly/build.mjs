// Compiles the SIMD kernels and writes them as src/simd-binary.ts; `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../src/simd-binary.ts');

const files = {};
const { error, stderr } = await asc.main(
  [
    'index.ts',
    '--outFile',
    'kernels.wasm',
    '-O3',
    '--runtime',
    'stub',
    '--importMemory',
    '--initialMemory',
    '1',
    '--enable',
    'simd',
    '--use',
    'abort=',
  ],
  {
    readFile: (name) => {
      try {
        return readFileSync(join(here, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => {
      files[name] = contents;
    },
    listFiles: () => [],
  },
);
if (error) {
  process.stderr.write(stderr.toString());
  throw error;
}
const binary = files['kernels.wasm'];
const sections = sectionIds(binary);
if (sections.includes(11)) {
  throw new Error('The kernels hold a data section, which would overwrite the memory that they share.');
}
const source = `// Made by assembly/build.mjs from the sources beside it; do not edit.
/** The SIMD kernels as a WebAssembly module, base64. */
export const simdBinary =
  '${Buffer.from(binary).toString('base64')}';
`;
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== source) {
    throw new Error('src/simd-binary.ts is older than assembly/. Run: node assembly/build.mjs');
  }
} else {
  writeFileSync(target, source);
}

function sectionIds(bytes) {
  const ids = [];
  for (let at = 8; at < bytes.length;) {
    ids.push(bytes[at++]);
    let size = 0;
    let shift = 0;
    let byte;
    do {
      byte = bytes[at++];
      size |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    at += size;
  }
  return ids;
}
