import { effect } from '@preact/signals';
import { engine, tokenizer } from './engine-client';
import { siteModels } from './site-models';

/**
 * Downloads the site's generator once the first picture's tokenizer is there, so that the page generates offline, too.
 * Visitors who save data are spared it; where it fails, Generate downloads it when it is asked to.
 */
export function keepGenerator(): void {
  const { connection } = navigator as { connection?: { readonly saveData?: boolean } };
  if (connection?.saveData === true) {
    return;
  }
  const stop = effect(() => {
    if (tokenizer.value !== undefined) {
      queueMicrotask(() => stop());
      keep().catch(() => undefined);
    }
  });
}

async function keep(): Promise<void> {
  const place = (await siteModels())[0]?.generator;
  if (place?.kind === 'url') {
    await (await engine()).keepForLater(place.url);
  }
}
