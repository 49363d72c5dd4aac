import { OnnxGenerator, OnnxTokenizer } from '@restok/onnx/browser';

/** What the page offers the test, with plain arrays since those cross to Node. */
const calls = {
  /** A batch of pictures through the tokenizer at an address; of the last one only some latents are kept. */
  async tokenize(address: string, pixels: readonly number[], numKept: readonly number[]) {
    const tokenizer = await OnnxTokenizer.load(address);
    const { indices, codes } = await tokenizer.encode(Float32Array.from(pixels));
    const pictures = await tokenizer.decodeIndices(indices, { numKept });
    const fromCodes = await tokenizer.decode(codes, { numKept });
    await tokenizer.dispose();
    return { indices: [...indices], pictures: [...pictures], fromCodes: [...fromCodes] };
  },

  /** The likeliest indices for some labels, and the sizes of the passes that gave them. */
  async generate(address: string, labels: readonly number[], guidanceScale: number) {
    const generator = await OnnxGenerator.load(address);
    const options = { topK: 1, guidanceScale };
    const indices = await generator.generateIndices(labels, options);
    let passes = 0;
    for await (const { numSteps } of generator.generate(labels, options)) {
      passes = numSteps;
    }
    await generator.dispose();
    return { indices: [...indices], passes };
  },

  /** Why the model at an address does not load. */
  async refusal(address: string): Promise<string> {
    return OnnxTokenizer.load(address).then(
      () => 'loaded',
      (error: unknown) => String(error),
    );
  },
};

export type PageCalls = typeof calls;

declare global {
  interface Window {
    calls: PageCalls;
  }
}
window.calls = calls;
