import type { OpenedModel } from '@restok/hub';
import { openModel } from '@restok/hub';
import { downloadText } from './download-text';
import type { Output } from './output';

/** Opens the model of a folder, URL or hub id; what a hub id must download first shows how far it is. */
export function openShownModel(source: string, output: Output): Promise<OpenedModel> {
  const startedAt = performance.now();
  return openModel(source, {
    onDownload: ({ done, total }) => output.progress(downloadText(done, total, startedAt)),
  });
}
