import { dirname } from 'node:path';
import type { Picture } from '@restok/data';
import { pictureGrid, writeNpz } from '@restok/data';
import { enlarge, enlargedWidth } from '../enlarge';
import { labelsLike } from '../labels-like';
import { withModelPair } from '../load-generator';
import type { Output } from '../output';
import { createOutput, rateText } from '../output';
import { checkOutputs, writePngsWhole, writePngWhole } from '../output-files';
import { readForModel } from '../picture-batch';
import type { PictureCoder } from '../picture-coder';
import { blocksOf, partsOf } from '../shards/blocks';
import { stoppable } from '../stop-signals';
import type { GenerateOptions } from './generate-checks';
import { checkCombination, checkGridSize, isNpz } from './generate-checks';
import { generateAll } from './generate-indices';
import type { GeneratePlan } from './generate-plan';
import { planPictures } from './generate-plan';

/** `restok generate`: pictures of classes, whole levels at a time. */
export async function generate(options: GenerateOptions): Promise<void> {
  const output = createOutput(options);
  const { seed, out, grid, from, like } = options;
  checkCombination(options);
  await withModelPair(options, output, {
    async prepare(sizes) {
      const labels = like === undefined ? undefined : await labelsLike(like, sizes.classes);
      const plan = planPictures(options, sizes, labels);
      const files = isNpz(out)
        ? [out]
        : plan.pictures.flatMap(({ file, previews }) => [...new Set([file, ...previews])]);
      if (grid !== undefined) {
        const [rows, columns] = gridShape(plan, options);
        checkGridSize(rows, columns, enlargedWidth(sizes.tokenizer.cropSize));
        files.push(grid);
      }
      await checkOutputs(files, from === undefined ? [] : [from]);
      const original = from === undefined ? undefined : await readForModel(from, sizes.tokenizer.cropSize);
      return { plan, original };
    },
    async run(models, { plan, original }) {
      const total = plan.pictures.length;
      const kept =
        original === undefined
          ? undefined
          : await models.withTokenizer(async (tokenizer) => [...(await tokenizer.encode([original]))]);
      const generated = await models.withGenerator(async (generator) => {
        const startedAt = performance.now();
        const indices = await generateAll(generator, plan, {
          seed,
          kept,
          onPass: ({ done, batch, pass, numPasses }) =>
            output.progress(`generating ${done + batch}/${total} pictures, pass ${pass} of ${numPasses}`),
        });
        return { indices, seconds: secondsSince(startedAt) };
      });
      const seconds = await models.withTokenizer(async (tokenizer) => {
        const startedAt = performance.now();
        await decodeAndWrite(tokenizer, generated.indices, plan, { options, output });
        return generated.seconds + secondsSince(startedAt);
      });
      report(plan, Number(seconds.toFixed(3)), options, output);
    },
  });
}

/** Rows and columns: a row for each class, or with previews one for each picture and its passes. */
function gridShape(
  { pictures, classes, latentsAfterPass }: GeneratePlan,
  { count, previews }: GenerateOptions,
): [number, number] {
  return previews ? [pictures.length, Math.max(1, latentsAfterPass.length)] : [classes.length, count];
}

/** Decodes batch by batch and writes every file. */
async function decodeAndWrite(
  tokenizer: PictureCoder,
  indices: Int32Array,
  plan: GeneratePlan,
  { options, output }: { readonly options: GenerateOptions; readonly output: Output },
): Promise<void> {
  const { pictures, batchSize, decodeBatchSize, latentsAfterPass } = plan;
  const { out, grid } = options;
  const { numLatents } = tokenizer;
  const shown: Picture[][] = [];
  let archive: Uint8Array | undefined;
  let shape: number[] = [];
  const startedAt = performance.now();
  const parts = blocksOf(pictures.length, batchSize).flatMap((block) => partsOf(block, decodeBatchSize));
  for (const { start, end } of parts) {
    const batch = pictures.slice(start, end);
    const rows = indices.subarray(start * numLatents, (start + batch.length) * numLatents);
    const previews: Picture[][] = [];
    for (const latents of options.previews ? latentsAfterPass.slice(0, -1) : []) {
      previews.push(await tokenizer.decode(rows, latents));
    }
    const last = await tokenizer.decode(rows);
    const written: (readonly [string, Picture])[] = [];
    for (const [i, { file, previews: files }] of batch.entries()) {
      const stages = [...previews.map((pass) => pass[i]!), last[i]!];
      const { pixels, width, height } = last[i]!;
      if (isNpz(out)) {
        shape = [pictures.length, height, width, 3];
        archive ??= new Uint8Array(pictures.length * pixels.length);
        archive.set(pixels, (start + i) * pixels.length);
      } else {
        const paths = files.length === 0 ? [file] : files;
        written.push(...paths.map((path, stage) => [path, stages[stage]!] as const));
      }
      if (grid !== undefined) {
        shown.push(stages.map(enlarge));
      }
    }
    await writePngsWhole(written);
    output.progress(rateText(start + batch.length, pictures.length, startedAt, 'pictures decoded'));
  }
  if (archive !== undefined) {
    const values = archive;
    await stoppable(() => writeNpz(out, { arr_0: { shape, values } }), { folder: dirname(out) });
  }
  if (grid !== undefined) {
    await writePngWhole(grid, await gridOf(shown, plan, options));
  }
}

function gridOf(
  shown: readonly (readonly Picture[])[],
  { pictures, classes, latentsAfterPass }: GeneratePlan,
  { count, previews }: GenerateOptions,
): Promise<Picture> {
  if (!previews) {
    const rows = classes.map((_, row) => shown.slice(row * count, (row + 1) * count).flat());
    return pictureGrid(rows, { rowLabels: classes.map(({ name }) => name) });
  }
  return pictureGrid(shown, {
    rowLabels: pictures.map(({ className, number }) => (count === 1 ? className : `${className} ${number}`)),
    columnLabels: latentsAfterPass.map((latents) => (latents === 1 ? '1 latent' : `${latents} latents`)),
  });
}

function report(plan: GeneratePlan, seconds: number, options: GenerateOptions, output: Output): void {
  const { pictures, classes, latentsAfterPass } = plan;
  const { seed, out, grid, previews: withPreviews } = options;
  const passes = latentsAfterPass.length;
  const data = pictures.map(({ file, className, label, number, previews }, row) => ({
    file,
    ...(isNpz(out) ? { row } : {}),
    class: className,
    label,
    number,
    seed,
    ...(withPreviews ? { previews } : {}),
  }));
  const count = pictures.length === 1 ? '1 picture' : `${pictures.length} pictures`;
  output.result({ pictures: data, passes, seconds, ...(grid === undefined ? {} : { grid }) }, [
    `${count} of ${classNamesText(options, classes)}, ${passes} passes, ${seconds.toFixed(1)} s: ${out}`,
    ...(grid === undefined ? [] : [`grid: ${grid}`]),
  ]);
}

function classNamesText({ like }: GenerateOptions, classes: GeneratePlan['classes']): string {
  return like === undefined
    ? classes.map(({ name }) => name).join(', ')
    : `the ${classes.length} classes of ${like}`;
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}
