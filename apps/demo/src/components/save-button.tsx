import type { PagePicture } from '../engine/engine-api';
import { attempt } from '../state/problem';
import { saveBlob } from '../state/save-blob';
import { Icon } from './icons';

/** Saved pictures have sides of about this many pixels. */
const SAVED_SIDE = 512;

/** Saves a picture; cannot be pressed while there is none. */
export function SaveButton({
  picture,
  name,
}: {
  readonly picture: PagePicture | undefined;
  /** Of the file. */
  readonly name: string;
}) {
  return (
    <button
      type="button"
      class="button quiet-button"
      disabled={picture === undefined}
      onClick={() => picture !== undefined && void attempt(() => savePicture(picture, name))}
    >
      <Icon name="save" />
      Save PNG
    </button>
  );
}

/** A picture as PNG, enlarged pixel by pixel to a useful size. */
async function savePicture(picture: PagePicture, name: string): Promise<void> {
  const scale = Math.max(1, Math.round(SAVED_SIDE / picture.side));
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
