import type { Command } from 'commander';
import { coderCommand, parsePath, withRefinement } from './command-parts';
import type { DecodeOptions } from './commands/decode';
import type { ReconstructOptions } from './commands/reconstruct';
import type { RefineOption } from './find-codes';
import type { CoderOptions } from './load-tokenizer';
import { parseCount, parseCounts, parseRanges } from './number-lists';

/** Commands that take pictures through a tokenizer. */
export function addPictureCommands(program: Command): void {
  withRefinement(
    coderCommand(
      program,
      'encode <image...>',
      'pictures to indices in a .npz',
      'restok encode a.png b.jpg --out codes.npz',
    ),
  )
    .requiredOption('--out <file>', 'the .npz to write', parsePath)
    .action(async (images: string[], options: CoderOptions & RefineOption & { out: string }) => {
      const { encode } = await import('./commands/encode');
      await encode(images, options);
    });
  coderCommand(
    program,
    'decode <codes>',
    'indices of a .npz, or of a folder of restok extract, to pictures',
    [
      'restok decode codes.npz --keep 16 --out pictures',
      'restok decode data/emoji-codes/test --out decoded.npz',
    ].join('\n  '),
  )
    .requiredOption('--out <place>', 'folder of the pictures, or a .npz of all as arr_0', parsePath)
    .option('--keep <n>', 'keep the first n latents', parseCount)
    .action(async (codes: string, options: DecodeOptions) => {
      const { decode } = await import('./commands/decode');
      await decode(codes, options);
    });
  withRefinement(
    coderCommand(
      program,
      'reconstruct <image...>',
      'pictures through the tokenizer and back, with their PSNR',
      'restok reconstruct a.png b.jpg --keep 4,16,64 --out pictures --grid grid.png',
    ),
  )
    .requiredOption('--out <folder>', 'folder of the pictures', parsePath)
    .option('--keep <counts>', 'also keep only so many latents, for instance 4,16,64', parseCounts)
    .option('--grid <file>', 'one picture of all', parsePath)
    .action(async (images: string[], options: ReconstructOptions) => {
      const { reconstruct } = await import('./commands/reconstruct');
      await reconstruct(images, options);
    });
  coderCommand(
    program,
    'mix <first> <second>',
    'levels of one picture, the rest of another',
    'restok mix a.png b.png --levels 0-3 --out mixed.png',
  )
    .requiredOption('--levels <ranges>', 'levels of the first picture, for instance 0-3', parseRanges)
    .requiredOption('--out <file>', 'the PNG to write', parsePath)
    .action(
      async (first: string, second: string, options: CoderOptions & { levels: number[]; out: string }) => {
        const { mix } = await import('./commands/mix');
        await mix(first, second, options);
      },
    );
}
