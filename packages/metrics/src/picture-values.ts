import { ShapeError } from '@restok/core';
import type { PictureFormat } from './picture-format';
import type { TensorValues, Values } from './values';
import { flatValues, isTensor } from './values';

/** What is said of pictures whose shape a tensor tells. */
export type TensorPictureOptions = Pick<PictureFormat, 'peak'>;

/**
 * The mean of a metric over pictures.
 *
 * @param reference one picture, flattened, its format said apart; or a tensor `[height, width, channels]` or
 *   `[B, height, width, channels]`.
 * @param reconstruction the same.
 * @throws ShapeError when tensors are of other shapes, or of different ones.
 */
export function meanOverPictures(
  caller: string,
  [reference, reconstruction]: readonly [Values, Values],
  format: Partial<PictureFormat>,
  score: (x: ArrayLike<number>, y: ArrayLike<number>, format: PictureFormat) => number,
): number {
  const [x, y] = [flatValues(reference), flatValues(reconstruction)];
  const shape = shapeOf(caller, reference, reconstruction);
  if (shape === undefined) {
    return score(x, y, format as PictureFormat);
  }
  const [count, height, width, channels] = shape;
  const size = height * width * channels;
  const picture = (values: ArrayLike<number>, start: number): ArrayLike<number> =>
    Float64Array.from({ length: size }, (_, i) => values[start + i]!);
  let sum = 0;
  for (let start = 0; start < count * size; start += size) {
    sum += score(picture(x, start), picture(y, start), { ...format, height, width, channels });
  }
  return sum / count;
}

type BatchShape = readonly [count: number, height: number, width: number, channels: number];

function shapeOf(caller: string, reference: Values, reconstruction: Values): BatchShape | undefined {
  const shapes = [reference, reconstruction].filter(isTensor).map(({ shape }: TensorValues) => shape);
  const [shape, other = shape] = shapes;
  if (shape === undefined) {
    return undefined;
  }
  const [count, height, width, channels, ...more] = shape.length === 3 ? [1, ...shape] : shape;
  if (!count || height === undefined || width === undefined || channels === undefined || more.length > 0) {
    throw new ShapeError(
      `${caller}: pictures must be [height, width, channels] or [B, height, width, channels], got [${shape.join(', ')}]. Reshape them.`,
      { actual: [...shape] },
    );
  }
  if (other!.join() !== shape.join()) {
    throw new ShapeError(
      `${caller}: reconstruction must be [${shape.join(', ')}] as the reference is, got [${other!.join(', ')}]. Resize one of the two first.`,
      { expected: [...shape], actual: [...other!] },
    );
  }
  return [count, height, width, channels];
}
