import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import type { Plugin } from 'vite';

const MODEL_FILES = ['config.json', 'model.safetensors', 'README.md'];
/** What `restok export` writes beside them, and the file of it that comes last. */
const EXPORTED = 'onnx.json';
const EXPORTED_FILES = /^(onnx\.json|[a-z-]+\.onnx(\.data)?)$/;
const PICTURE = /\.(png|jpe?g|webp)$/;
const CREDITS = 'CREDITS.md';
/** What `tooling/sample-pictures/emoji-sheet.mjs` writes: many pictures in one. */
const SHEET = 'sheet.webp';
const SHEET_LIST = 'sheet.json';

/** A file of the site with its place on the disk. */
interface SiteFile {
  readonly name: string;
  readonly path: string;
}

/**
 * Puts the models of a folder into the site as `models/<name>/...`, with a list of them in `models/models.json`.
 *
 * @param folder holds a folder for each model: `tokenizer`, `generator`, `samples` and `emoji-sheet`, of which the
 *   tokenizer must be there.
 */
export function siteModels(folder: string): Plugin {
  return {
    name: 'site-models',
    generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: 'models/models.json',
        source: JSON.stringify(listOf(folder)),
      });
      for (const { name, path } of filesOf(folder)) {
        this.emitFile({ type: 'asset', fileName: `models/${name}`, source: readFileSync(path) });
      }
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = /\/models\/([^?]+)/.exec(request.url ?? '')?.[1];
        if (name === undefined) {
          next();
          return;
        }
        if (name === 'models.json') {
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify(listOf(folder)));
          return;
        }
        const path = normalize(join(folder, decodeURIComponent(name)));
        if (!path.startsWith(folder) || !existsSync(path)) {
          response.statusCode = 404;
          response.end();
          return;
        }
        response.setHeader('content-length', statSync(path).size);
        createReadStream(path).pipe(response);
      });
    },
  };
}

function modelNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'tokenizer', 'config.json')))
    .sort();
}

function listOf(folder: string): unknown {
  return modelNames(folder).map((name) => {
    const bytes = (part: string): number | undefined => {
      const path = join(folder, name, part, 'model.safetensors');
      return existsSync(path) ? statSync(path).size : undefined;
    };
    const samples = join(folder, name, 'samples');
    return {
      name,
      exported: ['tokenizer', 'generator'].filter((part) => existsSync(join(folder, name, part, EXPORTED))),
      tokenizerBytes: bytes('tokenizer'),
      generatorBytes: bytes('generator'),
      samples: existsSync(samples)
        ? readdirSync(samples)
            .filter((file) => PICTURE.test(file))
            .sort()
        : [],
      emojiSheet: sheetIn(join(folder, name, 'emoji-sheet')),
    };
  });
}

/** What the page says of a sheet before it is downloaded; its names stay here. */
function sheetIn(folder: string): unknown {
  if (!existsSync(join(folder, SHEET_LIST))) {
    return undefined;
  }
  const { side, names } = JSON.parse(readFileSync(join(folder, SHEET_LIST), 'utf8')) as {
    readonly side: number;
    readonly names: readonly string[];
  };
  return { bytes: statSync(join(folder, SHEET)).size, side, count: names.length };
}

function filesOf(folder: string): SiteFile[] {
  return modelNames(folder).flatMap((model) =>
    ['tokenizer', 'generator', 'samples', 'emoji-sheet'].flatMap((part) => {
      const path = join(folder, model, part);
      const isOfPictures = part === 'samples' || part === 'emoji-sheet';
      return existsSync(path)
        ? readdirSync(path)
            .filter((file) =>
              isOfPictures
                ? PICTURE.test(file) || file === CREDITS
                : MODEL_FILES.includes(file) || EXPORTED_FILES.test(file),
            )
            .map((file) => ({ name: `${model}/${part}/${file}`, path: join(path, file) }))
        : [];
    }),
  );
}
