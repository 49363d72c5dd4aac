import { ProtobufWriter } from '@restok/core';

/** What readers know the form of the file by. */
const FILE_VERSION = 'brain.Event:2';
/** A run starts, or starts again. */
const SESSION_START = 1;
/** Red, green and blue. */
const COLOR_CHANNELS = 3;

/** A picture as a PNG file. */
export interface EncodedPicture {
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** The first event of every file. @param time in seconds since 1970. @source TensorFlow, event.proto. */
export function versionEvent(time: number): Uint8Array {
  return new ProtobufWriter().double(1, time).text(3, FILE_VERSION).finish();
}

/**
 * Says that steps from `firstStep` on follow: readers drop what earlier files hold of them.
 *
 * @source TensorFlow, event.proto, SessionLog.
 */
export function startEvent(time: number, firstStep: number): Uint8Array {
  const session = new ProtobufWriter().integer(1, SESSION_START);
  return new ProtobufWriter().double(1, time).integer(2, firstStep).message(7, session).finish();
}

/** Numbers of a step by tag, as single precision. @source TensorFlow, summary.proto. */
export function scalarsEvent(time: number, step: number, scalars: ReadonlyMap<string, number>): Uint8Array {
  const summary = new ProtobufWriter();
  for (const [tag, value] of scalars) {
    summary.message(1, new ProtobufWriter().text(1, tag).float(2, value));
  }
  return new ProtobufWriter().double(1, time).integer(2, step).message(5, summary).finish();
}

/** A picture of a step. @source TensorFlow, summary.proto, Summary.Image. */
export function pictureEvent(time: number, step: number, tag: string, picture: EncodedPicture): Uint8Array {
  const image = new ProtobufWriter()
    .integer(1, picture.height)
    .integer(2, picture.width)
    .integer(3, COLOR_CHANNELS)
    .bytes(4, picture.png);
  const summary = new ProtobufWriter().message(1, new ProtobufWriter().text(1, tag).message(4, image));
  return new ProtobufWriter().double(1, time).integer(2, step).message(5, summary).finish();
}
