import { appendFile, mkdir, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { EncodedPicture } from './event';
import { pictureEvent, scalarsEvent, startEvent, versionEvent } from './event';
import { frameRecord } from './record';

/** Names carry the second of their beginning; TensorBoard reads the files of a folder in the order of their names. */
const NAME = /^events\.out\.tfevents\.(\d+)\./;
const SECOND_DIGITS = 10;

/**
 * A file of events that TensorBoard reads. Events are appended whole and only ever at the end, so a process that is
 * killed leaves at most one that is cut off, which readers pass over.
 *
 * Every run writes a file of its own. It begins by saying which steps follow: where an earlier file has them as well,
 * because a process was killed some steps after its checkpoint, TensorBoard shows the newer ones only.
 */
export class EventFile {
  private constructor(readonly path: string) {}

  /**
   * Begins a file that is read after those that are there, whatever the clock says.
   *
   * @param folder made where it is missing.
   * @param firstStep the first step that is written.
   */
  static async begin(folder: string, firstStep: number): Promise<EventFile> {
    await mkdir(folder, { recursive: true });
    const earlier = (await readdir(folder)).map((name) => Number(NAME.exec(name)?.[1] ?? 0));
    const second = Math.max(Math.floor(seconds()), ...earlier.map((begun) => begun + 1));
    const begun = String(second).padStart(SECOND_DIGITS, '0');
    const file = new EventFile(join(folder, `events.out.tfevents.${begun}.${hostname()}.${process.pid}`));
    await file.append(versionEvent(seconds()), startEvent(seconds(), firstStep));
    return file;
  }

  /** Numbers of a step by tag. Tags with a slash stand in groups. */
  async writeScalars(step: number, scalars: ReadonlyMap<string, number>): Promise<void> {
    await this.append(scalarsEvent(seconds(), step, scalars));
  }

  /** A picture of a step. */
  async writePicture(step: number, tag: string, picture: EncodedPicture): Promise<void> {
    await this.append(pictureEvent(seconds(), step, tag, picture));
  }

  private async append(...events: Uint8Array[]): Promise<void> {
    await appendFile(this.path, Buffer.concat(events.map(frameRecord)));
  }
}

function seconds(): number {
  return Date.now() / 1000;
}
