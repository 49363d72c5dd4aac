// Writes a tokenizer's model card from its config and measured figures.
//
//   node tooling/ship-model/model-card.mjs --model models/emoji-64/tokenizer --pca tooling/pca-baseline/emoji-64.json
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { model: { type: 'string' }, pca: { type: 'string' } } });
const read = async (path) => JSON.parse(await readFile(path, 'utf8'));
const [config, figures, training, pca] = await Promise.all([
  read(join(options.model, 'config.json')),
  read(join(options.model, 'figures.json')),
  read(join(options.model, 'training.json')),
  read(options.pca),
]);
await writeFile(join(options.model, 'README.md'), card());

function card() {
  const model = config.model.vq_model;
  const { width, layers } = model.vit_enc_model_size;
  const { steps, decoderSteps, batch } = training;
  const { refined } = figures;
  const all = Object.values(figures.byLatents).at(-1);
  const lead = all.psnr - sixBitComponents();
  return `# emoji-64 tokenizer

64 x 64 pictures to 64 latents of ${Math.log2(model.codebook_size)} bits and back, trained from scratch by this repository on the emoji set.

![Eight pictures and their reconstructions](../../../docs/reconstructions.png)

_The sample pictures: four drawings and four emoji of the test split; the original, then 1, 4, 16 and all 64 latents._

## Figures

All ${figures.testPictures.toLocaleString('en')} test pictures, kept apart by code name in all styles but for one keycap that two sources name differently
(31-fe0f-20e3 and 0031-fe0f-20e3); 256 of them were watched during training. Reconstructions clamped and rounded to
8 bits; means over pictures. PCA is the best split of the same bits that \`tooling/pca-baseline\` finds.

| latents | bits | PSNR, dB | SSIM | PSNR with \`--refine ${refined.steps}\`, dB | SSIM with it | PCA at the same bits, dB |
| ------- | ---- | -------- | ---- | ------------------------- | ------------ | ------------------------ |
${Object.entries(figures.byLatents).map(row).join('\n')}

At 768 bits, 128 components of 6 bits each score ${sixBitComponents().toFixed(2)} dB, so all latents are ${Math.abs(lead).toFixed(2)} dB ${lead < 0 ? 'below that: the model needs more training' : 'above that'}.

\`--refine ${refined.steps}\` goes on from the encoder's codes down the gradient of the decoder's error
([what it does](../../../packages/training/README.md#better-codes)): as many bits, the same decoder, and ${allRefined().psnr.toFixed(2)} dB from all latents,
${(allRefined().psnr - sixBitComponents()).toFixed(2)} dB above those components of PCA. It looks at the picture of all latents alone; that of the first few stays much as it is.

\`\`\`sh
npm run -s restok -- eval reconstruction --data data/emoji
npm run -s restok -- eval reconstruction --data data/emoji --refine ${refined.steps}
\`\`\`

Of the codebook's ${model.codebook_size.toLocaleString('en')} rows
${(figures.codebookUsage * 100).toFixed(1)} % are chosen on the test pictures, with an entropy of ${figures.codebookEntropyBits} bits of ${Math.log2(model.codebook_size)} possible.

## How it was made

${training.parameters} parameters: width ${width}, ${layers} + ${model.vit_dec_model_size.layers} layers, patches of ${model.vit_enc_patch_size}, a small pixel decoder; \`is_legacy: false\`, so that code
position k belongs to latent k. ${steps.toLocaleString('en')} steps of ${batch} pictures with ${layers} + ${layers} layers, then ${decoderSteps.toLocaleString('en')} of the decoder alone with
${model.vit_dec_model_size.layers - layers} layers more, so that codes stayed as they were; seed ${training.seed}, ${training.hours} hours on two cores that did other work, too. The loss is the squared error and the quantiser's terms alone, hence the soft edges.

\`\`\`sh
${training.command}
node tooling/ship-model/ship-tokenizer.mjs --model output/emoji-64-decoder/model --data data/emoji --out models/emoji-64/tokenizer
\`\`\`

${training.notes}

\`training.yaml\` and \`decoder.yaml\` are the runs' configs, \`log.jsonl\` and \`decoder-log.jsonl\` their logs, \`figures.json\` the table above, \`reference.json\` what \`restok doctor\` compares with.

## Licence and credits

Weights: Apache-2.0. Trained on Noto Emoji (Google, Apache-2.0), Twemoji (Twitter and contributors, CC-BY 4.0) and
Fluent Emoji (Microsoft, MIT); see [the credits of the samples](../samples/CREDITS.md).

## Limits

Small pictures of single objects on white are what it knows. Photographs lose their detail, and text is not read.
`;
}

function row([latents, { bits, psnr, ssim }]) {
  const best = pca.best.find((split) => split.bits === bits);
  const refined = figures.refined.byLatents[latents];
  return `| ${latents} | ${bits} | ${psnr.toFixed(2)} | ${ssim.toFixed(3)} | ${refined.psnr.toFixed(2)} | ${refined.ssim.toFixed(3)} | ${best === undefined ? '' : best.psnr.toFixed(2)} |`;
}

function allRefined() {
  return Object.values(figures.refined.byLatents).at(-1);
}

function sixBitComponents() {
  return pca.fixed.find(({ bits, quantizer }) => bits === 768 && quantizer === 'uniform').psnr;
}
