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

/** Saves a picture as PNG, enlarged pixel by pixel to a useful size. */
export async function savePicture(picture: PagePicture, name: string, scale: number): Promise<void> {
  const canvas = document.createElement('canvas');
  canvas.width = picture.side * scale;
  canvas.height = picture.side * scale;
  const context = canvas.getContext('2d');
  if (context === null) {
    throw new Error('This browser gives no canvas to save from. Close other tabs and try again.');
  }
  const bitmap = await createImageBitmap(new ImageData(picture.rgba, picture.side, picture.side));
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) {
    throw new Error('This browser could not write a PNG. Try another browser.');
  }
  saveBlob(blob, name);
}

/** Hands a file to the visitor. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
