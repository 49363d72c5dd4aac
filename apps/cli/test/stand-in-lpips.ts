import { writeSafetensors } from '@restok/hub/node';
import { Lpips } from '@restok/training';

/** Files in the place of those of LPIPS: VGG16 of 2 to 4 channels, and its linear weights apart. */
export async function writeStandInLpips(vgg: string, linear: string): Promise<void> {
  const network = new Lpips([2, 2, 4, 4, 4]);
  network.initialize(7, 'variancePreserving');
  const tensors = [...network.namedParameters()].map(([name, parameter]) => ({
    name,
    shape: parameter.publishedShape,
    values: () => parameter.published(),
  }));
  await writeSafetensors(
    vgg,
    tensors.filter(({ name }) => name.startsWith('net')),
  );
  await writeSafetensors(
    linear,
    tensors.filter(({ name }) => name.startsWith('lin')),
  );
  network.dispose();
}
