import type { PagePicture } from '../engine/engine-api';

/** Emoji that fonts have had for years: faces, animals, food, things, symbols. */
const EMOJI = [
  ...'😀😃😄😁😆😅😂🙂😉😊😍😘😋😜🤓😎😏😢😭😡😱😴😷🤠🤡👻👽🤖💩😺🙈',
  ...'🐶🐱🐭🐹🐰🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆🦅🦉🐺🐗🐴🦄🐝🐛🦋🐌🐞🐢🐍🦎🐙🦑🦀🐡🐠🐟🐬🐳🐊🐘🐫🐇🌵🎄🌲🌳🌴🌱🍀🍁🍄🌷🌹🌻🌞🌙⭐🔥🌈',
  ...'🍏🍎🍐🍊🍋🍌🍉🍇🍓🍈🍒🍑🍍🥝🍅🍆🥑🥕🌽🥐🍞🧀🍖🍗🍔🍟🍕🌭🌮🍣🍦🍩🍪🎂🍰🍫🍬🍭🍺🍷☕',
  ...'⚽🏀🏈⚾🎾🏐🎱🏆🎨🎬🎧🎸🎺🎲🎯🚗🚕🚌🚑🚒🚜🚲✈️🚀⛵🏠🏰🗼⌚📱💻📷📺💡🔦💰💎🔨🔑🎁🎈📚✂️🔒',
  ...'❤️💛💚💙💜💔✅❌❗❓💯🔴🔵⚫🔶🔷▶️♻️⚠️🚫🎵',
];
/** Glyphs are drawn this many times as large, then reduced. */
const OVERSAMPLING = 2;
const GLYPH_SHARE = 0.78;
/** Channels of a pixel that differ by this much are a colour. */
const COLOURED = 60;

/** Whether the device has a font that draws emoji in colour. */
export function hasDeviceEmoji(): boolean {
  const { rgba } = draw('😀', 32);
  for (let i = 0; i < rgba.length; i += 4) {
    const channels = rgba.subarray(i, i + 3);
    if (Math.max(...channels) - Math.min(...channels) > COLOURED) {
      return true;
    }
  }
  return false;
}

/** The device's emoji on white. */
export function deviceEmoji(side: number): PagePicture[] {
  return EMOJI.map((text) => draw(text, side));
}

function draw(text: string, side: number): PagePicture {
  const large = contextOf(side * OVERSAMPLING);
  const { width } = large.canvas;
  large.fillStyle = '#fff';
  large.fillRect(0, 0, width, width);
  large.fillStyle = '#000';
  large.font = `${width * GLYPH_SHARE}px "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif`;
  large.textAlign = 'center';
  large.textBaseline = 'middle';
  large.fillText(text, width / 2, width * 0.54);
  const small = contextOf(side);
  small.imageSmoothingQuality = 'high';
  small.drawImage(large.canvas, 0, 0, side, side);
  return { side, rgba: new Uint8ClampedArray(small.getImageData(0, 0, side, side).data) };
}

function contextOf(side: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true });
  if (context === null) {
    throw new Error('This browser gives no canvas to draw on. Close other tabs and try again.');
  }
  return context;
}
