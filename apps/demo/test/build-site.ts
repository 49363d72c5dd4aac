import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { makeGenerator, makeSmallModels } from './make-models';
import { serveFolder } from './static-server';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built site, below a path. */
    siteUrl: string;
    /** Address of the models' folder for pages of any origin. */
    modelsUrl: string;
    /** The models that the site was built with, and `small`, which it does not hold. */
    modelsFolder: string;
  }
}

const demo = fileURLToPath(new URL('..', import.meta.url));
const shipped = fileURLToPath(new URL('../../../models', import.meta.url));

/** Builds the site once for all tests, with a generator of random weights where none has been trained, and serves it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const temporary = mkdtempSync(join(tmpdir(), 'restok-demo-'));
  const models = join(temporary, 'models');
  const built = join(temporary, 'site');
  cpSync(shipped, models, { recursive: true });
  const generator = join(models, 'emoji-64', 'generator');
  if (!existsSync(join(generator, 'config.json'))) {
    await makeGenerator(generator);
  }
  process.env.RESTOK_DEMO_MODELS = models;
  // Vitest sets it to "test", with which Vite would not build what visitors get.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  await build({
    root: demo,
    configFile: join(demo, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: built, emptyOutDir: true },
  });
  process.env.NODE_ENV = NODE_ENV;
  // After the build, which takes every model that is there.
  await makeSmallModels(join(models, 'small'));
  const site = await serveFolder(built, { path: '/some/where/' });
  const elsewhere = await serveFolder(models, { allowOrigins: true });
  project.provide('siteUrl', site.url);
  project.provide('modelsUrl', elsewhere.url);
  project.provide('modelsFolder', models);
  return async () => {
    await site.close();
    await elsewhere.close();
    rmSync(temporary, { recursive: true, force: true });
  };
}
