import { openModel } from '@restok/hub';
import { saveModel } from '@restok/hub/node';

const LICENSE =
  'Apache-2.0 (weights); trained on Noto Emoji (Apache-2.0), Twemoji (CC-BY 4.0), Fluent Emoji (MIT)';

/** Copies a trained model folder with float16 weights and the licence in its config. */
export async function convertWeights(from, to) {
  const { config, weights, close } = await openModel(from);
  const tensors = [...weights.entries].map(([name, { shape }]) => ({
    name,
    shape,
    values: () => weights.read(name),
  }));
  await saveModel(
    to,
    { config: { ...config, license: LICENSE }, tensors },
    { dtype: 'F16', metadata: { format: 'pt' } },
  );
  await close();
}
