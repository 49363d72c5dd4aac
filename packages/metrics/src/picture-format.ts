import { ShapeError } from '@restok/core';

/** How a flat array of samples is to be read as one picture: rows, then columns, then channels. */
export interface PictureFormat {
  readonly height: number;
  readonly width: number;
  /** Samples per pixel; default 3. */
  readonly channels?: number;
  /** The largest value a sample can have: 1 (default) for pixels in 0 to 1, 255 for bytes. */
  readonly peak?: number;
}

/**
 * A metric of one picture against its reference.
 *
 * @param reference `[height, width, channels]`, flattened.
 * @param reconstruction the same shape, in the same unit.
 */
export type PictureMetric = (
  reference: ArrayLike<number>,
  reconstruction: ArrayLike<number>,
  format: PictureFormat,
) => number;

/**
 * Checks that two arrays hold the same, non-zero number of samples.
 *
 * @throws ShapeError when they do not.
 */
export function checkSameLength(
  caller: string,
  reference: ArrayLike<number>,
  reconstruction: ArrayLike<number>,
): void {
  if (reference.length === 0) {
    throw new ShapeError(`${caller}: reference must be a picture, got no values. Pass its pixels.`);
  }
  if (reconstruction.length !== reference.length) {
    throw new ShapeError(
      `${caller}: reconstruction must be as long as the reference (${reference.length} values), got ${reconstruction.length}. Resize one of the two first.`,
      { expected: reference.length, actual: reconstruction.length },
    );
  }
}

/**
 * Checks the peak, and gives the default of 1.
 *
 * @throws ShapeError when it is not a positive number.
 */
export function checkedPeak(caller: string, peak = 1): number {
  if (!(peak > 0)) {
    throw new ShapeError(
      `${caller}: peak must be above 0, got ${peak}. Use 1 for pixels in 0 to 1, 255 for bytes.`,
      {
        actual: peak,
      },
    );
  }
  return peak;
}

/**
 * Checks two pictures against their format and a smallest side, and fills in the format's defaults.
 *
 * @param smallestSide the metric's own limit, in pixels.
 * @throws ShapeError when lengths differ, do not fit the format, or a side is too short.
 */
export function checkedFormat(
  caller: string,
  reference: ArrayLike<number>,
  reconstruction: ArrayLike<number>,
  format: PictureFormat,
  smallestSide: number,
): Required<PictureFormat> {
  const { height, width, channels = 3 } = format;
  checkSameLength(caller, reference, reconstruction);
  if (reference.length !== height * width * channels) {
    throw new ShapeError(
      `${caller}: reference must be ${height} x ${width} x ${channels} = ${height * width * channels} values, got ${reference.length}. Pass one picture at a time, with its own height, width and channels.`,
      { height, width, channels, actual: reference.length },
    );
  }
  if (Math.min(height, width) < smallestSide) {
    throw new ShapeError(
      `${caller}: height and width must be at least ${smallestSide}, got ${height} x ${width}. Enlarge both pictures, or use another metric.`,
      { smallestSide, height, width },
    );
  }
  return { height, width, channels, peak: checkedPeak(caller, format.peak) };
}
