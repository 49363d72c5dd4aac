import { useNodeBackend } from '@restok/backend-node';
import { ResTok } from '@restok/tokenizer';
import { PartGradients } from '@restok/training';
import type { PartOfStep } from '@restok/training';
import { openTrainingData } from './open-dataset';
import { readValues, valuesOf } from './flat-values';
import type { WorkerAnswer, WorkerSetup } from './worker-helper';

/** A process that computes parts of training steps for its parent: parameters in, loss and gradients out. */
async function serve(setup: WorkerSetup): Promise<void> {
  await useNodeBackend({ gemm: setup.gemm, threads: 1 });
  const tokenizer = new ResTok(setup.config.tokenizer, { seed: 0 });
  const parameters = [...tokenizer.namedParameters()].map(([, parameter]) => parameter);
  const parts = new PartGradients(setup.config, await openTrainingData(setup.config, 'train'), tokenizer);

  async function answer({
    part,
    parameterValues,
  }: {
    part: PartOfStep;
    parameterValues: Float32Array;
  }): Promise<void> {
    readValues(parameterValues, parameters);
    const { terms, gradients, latents, indices } = await parts.compute(part);
    const message: WorkerAnswer = {
      terms,
      indices,
      gradientValues: valuesOf(gradients),
      latentValues: latents.dataSync() as Float32Array,
      latentShape: latents.shape,
    };
    [...gradients, latents].forEach((tensor) => tensor.dispose());
    process.send?.(message);
  }

  process.on('message', (request: Parameters<typeof answer>[0]) => {
    answer(request).catch((error: unknown) => {
      process.send?.({ error: error instanceof Error ? error.message : String(error) });
    });
  });
  process.send?.('ready');
}

// Without a parent there is nobody to compute for.
process.once('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; the parent decides when to stop.
process.on('SIGINT', () => undefined);
process.once('message', (setup: WorkerSetup) => {
  void serve(setup);
});
