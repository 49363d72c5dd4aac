import { downloadEmoji } from '@restok/data';
import { createOutput } from '../output';
import { stoppable } from '../stop-signals';

/** `restok data emoji`: fetches the emoji set from the npm registry. */
export async function dataEmoji(options: { readonly out: string; readonly json: boolean }): Promise<void> {
  const output = createOutput(options);
  const manifest = await stoppable(
    (signal) =>
      downloadEmoji(options.out, {
        signal,
        onProgress: ({ packageName, pictures, bytes }) =>
          output.progress(`${packageName} (${(bytes / 1e6).toFixed(0)} MB): ${pictures} pictures`),
      }),
    { folder: options.out },
  );
  const test = manifest.pictures.filter((picture) => picture.test).length;
  const total = manifest.pictures.length;
  output.result(
    { folder: options.out, pictures: total, train: total - test, test, classes: manifest.classNames },
    [
      `${total} pictures, ${test} of them for testing, in ${options.out}`,
      'Licences and credits are in CREDITS.md there.',
    ],
  );
}
