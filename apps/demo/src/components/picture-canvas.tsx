import { useEffect, useRef } from 'preact/hooks';
import type { PagePicture } from '../engine/engine-api';

/** A picture, pixel by pixel; an empty square while there is none. */
export function PictureCanvas({
  picture,
  label,
  className = '',
  testId,
}: {
  readonly picture: PagePicture | undefined;
  readonly label: string;
  readonly className?: string;
  readonly testId?: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (picture !== undefined && canvas.current !== null) {
      const { side, rgba } = picture;
      if (canvas.current.width !== side || canvas.current.height !== side) {
        canvas.current.width = side;
        canvas.current.height = side;
      }
      canvas.current.getContext('2d')?.putImageData(new ImageData(rgba, side, side), 0, 0);
    }
  }, [picture]);
  return (
    <canvas
      ref={canvas}
      class={`picture ${picture === undefined ? 'picture-empty' : ''} ${className}`}
      // A picture without words is decoration: what it belongs to has them.
      role={label === '' ? undefined : 'img'}
      aria-label={label === '' ? undefined : label}
      aria-hidden={label === '' ? true : undefined}
      data-testid={testId}
      width={64}
      height={64}
    />
  );
}
