import { rmSync } from 'node:fs';
import { useNodeBackend } from '@restok/backend-node';
import { ResTok } from '@restok/tokenizer';
import { PartGradients } from '@restok/training';
import { openTrainingData } from './open-dataset';
import { ValueFile } from './value-file';
import type { WorkerAnswer, WorkerRequest, WorkerSetup } from './worker-helper';

/** A process that computes parts of training steps for its parent: parameters in, loss and gradients out. */
async function serve(setup: WorkerSetup): Promise<void> {
  await useNodeBackend({ gemm: setup.gemm, threads: 1 });
  const tokenizer = new ResTok(setup.config.tokenizer, { seed: 0 });
  const parameters = [...tokenizer.namedParameters()].map(([, parameter]) => parameter);
  const shapes = parameters.map(({ shape }) => shape);
  const parts = new PartGradients(setup.config, await openTrainingData(setup.config, 'train'), tokenizer);
  const parameterFile = new ValueFile(setup.parameterFile, 'read');
  const gradientFile = new ValueFile(setup.gradientFile, 'write');
  let current = 0;

  async function answer({ part, version }: WorkerRequest): Promise<void> {
    if (version !== current) {
      const values = parameterFile.read(shapes);
      parameters.forEach((parameter, i) => parameter.replace(values[i]!));
      current = version;
    }
    const { terms, gradients, latents, indices } = await parts.compute(part);
    gradientFile.write([...gradients, latents]);
    const message: WorkerAnswer = { terms, indices, latentShape: latents.shape };
    [...gradients, latents].forEach((tensor) => tensor.dispose());
    process.send?.(message);
  }

  process.on('message', (request: WorkerRequest) => {
    answer(request).catch(report);
  });
  process.send?.('ready');
}

/** The parent ends this process; an error that came with the end could be lost. */
function report(error: unknown): void {
  process.send?.({ error: error instanceof Error ? error.message : String(error) });
}

// Ctrl-C and a service manager's stop reach the whole group; the parent decides when to stop.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// Without a parent there is nobody to compute for, nor to tidy up.
let folder: string | undefined;
process.once('disconnect', () => {
  if (folder !== undefined) {
    rmSync(folder, { recursive: true, force: true });
  }
  process.exit();
});
process.once('message', (setup: WorkerSetup) => {
  folder = setup.folder;
  serve(setup).catch(report);
});
