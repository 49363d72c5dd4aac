import { cp } from 'node:fs/promises';
import { setBackend } from '@tensorflow/tfjs-core';
import { Generator } from '@restok/generator';
import { exportGenerator, exportTokenizer } from '@restok/onnx';
import { ResTok } from '@restok/tokenizer';

/** Makes folders with ONNX files beside the weights: the shipped tokenizer, and the small models. */
export async function makeExported(models: string): Promise<void> {
  await setBackend('wasm');
  await cp(`${models}/emoji-64/tokenizer`, `${models}/exported/tokenizer`, { recursive: true });
  await cp(`${models}/small`, `${models}/exported-small`, { recursive: true });
  for (const folder of [`${models}/exported/tokenizer`, `${models}/exported-small/tokenizer`]) {
    const tokenizer = await ResTok.fromPretrained(folder);
    await exportTokenizer(tokenizer, folder);
    tokenizer.dispose();
  }
  const folder = `${models}/exported-small/generator`;
  const generator = await Generator.fromPretrained(folder);
  await exportGenerator(generator, folder);
  generator.dispose();
}
