import { memory, tensor4d } from '@tensorflow/tfjs-core';
import { zipSync } from 'fflate';
import { encodeSafetensors } from '@restok/hub';
import { fromUnitRange } from '@restok/data/browser';
import type { PictureDataset } from '@restok/data/browser';
import { TokenizerTrainer } from '@restok/training/browser';
import type { PagePicture } from '../engine/engine-api';
import type { BeforeAfter, TrainApi, TrainReport, TrainRequest, TrainSetup } from '../engine/train-api';
import { WALL_SIZE } from '../engine/train-api';
import { chooseBackend, whenBackendIsLost } from './backend';
import { letMessagesIn } from './let-messages-in';
import { memoryDataset } from './memory-dataset';
import { openPicture, toPagePicture } from './open-picture';
import { picturesOfSheet } from './picture-sheet';
import { BATCH, trainConfig } from './train-config';

/** The wall is drawn anew after the first step, and then every so many. */
const WALL_STEPS = 10;

/** A training that is under way. */
interface Run {
  readonly trainer: TokenizerTrainer;
  readonly steps: number;
  readonly wall: readonly PagePicture[];
}

/** Trains a small tokenizer in a worker of its own, so that the page's model stays quick. */
export class Trainer implements TrainApi {
  private current: Run | undefined;
  private isPaused = false;
  /** What is being done with the model, see {@link inTurn}. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly wantedBackend: string | undefined) {}

  start(): ReturnType<TrainApi['start']> {
    return chooseBackend(this.wantedBackend);
  }

  prepare(request: TrainRequest): Promise<TrainSetup> {
    this.isPaused = true;
    return this.inTurn(() => this.begin(request));
  }

  private async begin(request: TrainRequest): Promise<TrainSetup> {
    this.current?.trainer.dispose();
    this.current = undefined;
    const { pictures, numSkipped } = await picturesOf(request);
    const dataset: PictureDataset = memoryDataset(pictures);
    const trainer = new TokenizerTrainer(trainConfig(request), dataset);
    await trainer.prepare();
    this.current = { trainer, steps: request.steps, wall: spread(pictures, WALL_SIZE) };
    const { tokenizer } = trainer;
    return {
      numPictures: pictures.length,
      numSkipped,
      numParameters: tokenizer.numParameters,
      numLatents: tokenizer.numLatents,
      codebookSize: tokenizer.quantizer.options.codebookSize,
      batch: BATCH,
    };
  }

  async run(onReport: (report: TrainReport) => void): Promise<'paused' | 'done'> {
    const run = this.needRun();
    const { trainer, steps } = run;
    this.isPaused = false;
    while (trainer.trainStep < steps) {
      await letMessagesIn();
      if (this.isPaused || this.current !== run) {
        return 'paused';
      }
      onReport(await this.inTurn(() => stepOf(run)));
    }
    return 'done';
  }

  pause(): void {
    this.isPaused = true;
  }

  save(): Promise<Blob> {
    const { trainer } = this.needRun();
    return this.inTurn(() => zipOf(trainer));
  }

  whenLost(): Promise<string> {
    return whenBackendIsLost();
  }

  /** Messages come in while a step waits for the graphics card: what uses the model waits for what came before. */
  private inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(task);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private needRun(): Run {
    if (this.current === undefined) {
      throw new Error('Nothing is being trained. Choose pictures and start.');
    }
    return this.current;
  }
}

async function stepOf(run: Run): Promise<TrainReport> {
  const start = performance.now();
  const report = await run.trainer.next();
  const milliseconds = performance.now() - start;
  const { step, totalLoss, reconstructionLoss, quantized, codebookUsage } = report;
  const hasWall = step === 1 || step % WALL_STEPS === 0 || step === run.steps;
  return {
    step,
    loss: totalLoss,
    reconstructionLoss,
    codebookUsage: quantized && codebookUsage > 0 ? codebookUsage : undefined,
    milliseconds,
    numTensors: memory().numTensors,
    ...(hasWall ? { wall: await wallOf(run) } : {}),
  };
}

/** A model folder, zipped. */
async function zipOf({ tokenizer }: TokenizerTrainer): Promise<Blob> {
  const tensors = [...tokenizer.namedParameters()].map(([name, parameter]) => ({
    name,
    shape: parameter.publishedShape,
    values: () => parameter.toPublished(parameter.value),
  }));
  const zip = zipSync(
    {
      'config.json': new TextEncoder().encode(`${JSON.stringify(tokenizer.config, null, 2)}\n`),
      'model.safetensors': await encodeSafetensors(tensors),
    },
    { level: 0 },
  );
  return new Blob([zip as Uint8Array<ArrayBuffer>], { type: 'application/zip' });
}

async function picturesOf({
  source,
  side,
}: TrainRequest): Promise<{ pictures: PagePicture[]; numSkipped: number }> {
  if (source.kind === 'sheet') {
    return { pictures: await picturesOfSheet(source.file, source.tileSide, side), numSkipped: 0 };
  }
  const pictures: PagePicture[] = [];
  for (const file of source.files) {
    const picture = await openPicture(file, side).catch(() => undefined);
    if (picture !== undefined) {
      pictures.push(picture);
    }
  }
  if (pictures.length === 0) {
    throw new Error('None of the files is a picture that this browser can read. Choose another folder.');
  }
  return { pictures, numSkipped: source.files.length - pictures.length };
}

/** Pictures from everywhere in a list. */
function spread(pictures: readonly PagePicture[], count: number): PagePicture[] {
  const wanted = Math.min(count, pictures.length);
  return Array.from({ length: wanted }, (_, i) => pictures[Math.floor((i * pictures.length) / wanted)]!);
}

async function wallOf({ trainer, wall }: Run): Promise<BeforeAfter[]> {
  const { tokenizer } = trainer;
  const side = wall[0]!.side;
  const dataset = memoryDataset(wall);
  const values = await dataset.read(wall.map((_, i) => i));
  const pixels = tensor4d(values, [wall.length, side, side, 3]);
  const { codes, indices } = tokenizer.encode(pixels);
  const decoded = tokenizer.decode(codes);
  const size = side * side * 3;
  const after = (await decoded.data()) as Float32Array;
  [pixels, codes, indices, decoded].forEach((tensor) => tensor.dispose());
  return wall.map((before, i) => ({
    before,
    after: toPagePicture(fromUnitRange(after.slice(i * size, (i + 1) * size), side, side)),
  }));
}
