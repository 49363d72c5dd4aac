import type { PagePicture } from '../engine/engine-api';
import { tokenizer } from '../engine/engine-client';
import { psnrOf } from '../state/picture-arithmetic';
import { bitsPerIndex, packedBytes } from '../state/token-text';
import { mask, numShown, picture } from './reconstruct-state';

/** Codes of the shipped model, told before it is loaded. */
const SHIPPED_CODES = 4096;

/** How many latents are shown, how many bytes they take, and how near they come to the original. */
export function Figures({ current }: { readonly current: PagePicture | undefined }) {
  const shown = picture.value;
  const codes = tokenizer.value?.codebookSize ?? SHIPPED_CODES;
  const dB =
    current !== undefined && shown?.original !== undefined ? psnrOf(current, shown.original) : undefined;
  return (
    <dl>
      <div>
        <dt>Latents</dt>
        <dd data-testid="kept">
          {numShown.value}
          <small> of {mask.value.length}</small>
        </dd>
      </div>
      <div>
        <dt>Size</dt>
        <dd data-testid="bytes">
          {packedBytes(numShown.value, codes)}
          <small> bytes</small>
        </dd>
        <dd class="note">{bitsPerIndex(codes)} bits a latent</dd>
      </div>
      <div>
        <dt>Likeness (PSNR)</dt>
        <dd data-testid="psnr">
          {dB === undefined ? '–' : dB.toFixed(1)}
          <small> dB</small>
        </dd>
        <dd class="note">
          {shown !== undefined && shown.original === undefined
            ? 'The link holds no original.'
            : 'Against the original'}
        </dd>
      </div>
    </dl>
  );
}
