import { openModel } from '@restok/hub';
import type { ModelFacts, ModelPlace } from '../engine/engine-api';
import { largestTensorBytes } from './backend';
import { openFiles } from './blob-files';
import { modelFacts } from './model-facts';
import { unpack } from './unpack';

/** What a model's config and the header of its weights say, and whether this device can run it. */
export async function inspectModel(place: ModelPlace): Promise<ModelFacts> {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  const device = {
    gib: 'deviceMemory' in navigator ? Number(navigator.deviceMemory) : undefined,
    largestTensorBytes: largestTensorBytes(),
    freeStorage: usage !== undefined && quota !== undefined ? quota - usage : undefined,
  };
  if (place.kind === 'files') {
    const { config, weights } = await openFiles(await unpack(place.files));
    return modelFacts(config, weights, { ...device, freeStorage: undefined });
  }
  const model = await (place.kind === 'hub'
    ? openModel(place.id, { endpoint: place.endpoint, access: 'ranges' })
    : openModel(place.url));
  try {
    return modelFacts(model.config, model.weights, device);
  } finally {
    await model.close();
  }
}
