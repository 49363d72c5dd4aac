import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TrainingLog } from '@restok/training';
import { EventFile } from './tensorboard/event-file';
import { numbersByTag } from './tensorboard/numbers-by-tag';

/** Where a PNG file has its width and height: after its signature and the head of its first chunk. */
const PNG_WIDTH_AT = 16;
const PNG_HEIGHT_AT = 20;

/** What a run leaves to look at: `log.jsonl`, and the same numbers and the samples for TensorBoard. */
export class RunRecord {
  private constructor(
    private readonly log: TrainingLog,
    private readonly events: EventFile,
  ) {}

  /**
   * Begins or goes on with the record of a run. What earlier processes wrote of later steps is dropped: from the log
   * here, from the event files by TensorBoard.
   *
   * @param folder of the run.
   * @param startStep steps done.
   */
  static async resume(folder: string, startStep: number): Promise<RunRecord> {
    const log = new TrainingLog(join(folder, 'log.jsonl'));
    await log.resumeFrom(startStep);
    return new RunRecord(log, await EventFile.begin(join(folder, 'tensorboard'), startStep + 1));
  }

  /** The report of a step. */
  async step(report: { readonly step: number; readonly picturesPerSecond: number }): Promise<void> {
    await this.log.append({ ...report });
    await this.events.writeScalars(report.step, numbersByTag(report, 'train'));
  }

  async evaluation(step: number, evaluation: object): Promise<void> {
    await this.log.append({ step, evaluation });
    await this.events.writeScalars(step, numbersByTag(evaluation, 'evaluation'));
  }

  /** @param path of a PNG file; nothing happens when there is none. */
  async samples(step: number, path: string): Promise<void> {
    if (existsSync(path)) {
      const png = await readFile(path);
      const [width, height] = [png.readUInt32BE(PNG_WIDTH_AT), png.readUInt32BE(PNG_HEIGHT_AT)];
      await this.events.writePicture(step, 'samples', { width, height, png });
    }
  }
}
