import { parentPort, workerData } from 'node:worker_threads';
import { useNodeBackend } from '@restok/backend-node';
import { ResTok } from '@restok/tokenizer';
import { PartGradients } from '@restok/training';
import type { PartOfStep } from '@restok/training';
import { openTrainingData } from './open-dataset';
import type { WorkerSetup } from './worker-helper';
import { readValues, writeValues } from './worker-helper';

/** Computes parts of a training step for the main thread: parameters in, loss and gradients out. */
async function serve(setup: WorkerSetup): Promise<void> {
  await useNodeBackend({ gemm: setup.gemm, threads: 1 });
  const tokenizer = new ResTok(setup.config.tokenizer, { seed: 0 });
  const parameters = [...tokenizer.namedParameters()].map(([, parameter]) => parameter);
  const parts = new PartGradients(setup.config, await openTrainingData(setup.config, 'train'), tokenizer);
  parentPort?.on('message', (part: PartOfStep) => {
    readValues(setup.parameterBuffer, parameters);
    parts
      .compute(part)
      .then(({ terms, gradients, latents, indices }) => {
        writeValues(setup.gradientBuffer, gradients);
        gradients.forEach((gradient) => gradient.dispose());
        const values = latents.dataSync();
        const { shape } = latents;
        latents.dispose();
        parentPort?.postMessage({ terms, latents: values, latentShape: shape, indices });
      })
      .catch((error: unknown) => parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) }));
  });
  parentPort?.postMessage('ready');
}

await serve(workerData as WorkerSetup);
