import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { makeSmallModels } from './make-models';
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

const built = fileURLToPath(new URL('../dist', import.meta.url));
const shipped = fileURLToPath(new URL('../../../models', import.meta.url));

/** Serves the built site, and models that it does not hold, to all tests. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(join(built, 'index.html'))) {
    throw new Error(`${built} holds no site. Build it first: npm run build`);
  }
  const temporary = mkdtempSync(join(tmpdir(), 'restok-demo-'));
  const models = join(temporary, 'models');
  cpSync(shipped, models, { recursive: true });
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
