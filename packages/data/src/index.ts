export { fromUnitRange, toUnitRange } from './picture';
export type { Picture } from './picture';
export { writeAtomically } from './atomic-file';
export type { AtomicFileOptions } from './atomic-file';
export { bicubicResize } from './bicubic-resize';
export type { PictureWindow } from './bicubic-resize';
export { decodePicture } from './decode-picture';
export type { ReadPictureOptions } from './decode-picture';
export { readPicture } from './read-picture';
export {
  cropPicture,
  evaluationCrop,
  flipPicture,
  randomCrop,
  resizeShorterEdge,
  trainingCrop,
} from './crop';
export type { PassedOver, PictureDataset, PicturePlace, PlacedPictures, StoredPictures } from './dataset';
export { downloadEmoji } from './emoji/download';
export type { DownloadEmojiOptions, EmojiProgress } from './emoji/download';
export { readManifest } from './emoji/manifest';
export type { EmojiEntry, EmojiManifest } from './emoji/manifest';
export { openEmoji } from './emoji/open';
export type { EmojiDataset, EmojiSplit } from './emoji/open';
export { emojiCategories, emojiSources, emojiStyles } from './emoji/sources';
export type { EmojiSource, EmojiStyle } from './emoji/sources';
export type { TarballFetcher } from './emoji/fetch-tarball';
export { openImageFolder } from './image-folder';
export type { ImageFolderOptions } from './image-folder';
export { isShardPattern, shardNames } from './shards/shard-names';
export { openShards } from './shards/open-shards';
export type { ShardOptions, ShardPictures } from './shards/open-shards';
export { applyCrop, cropMethods } from './picture-crop';
export type { CropMethod, CropMethodName, PictureCrop } from './picture-crop';
export { PictureLoader } from './loading/picture-loader';
export type { PictureLoaderOptions } from './loading/picture-loader';
export type { CropOptions } from './read-cropped';
export { writePng } from './write-png';
export { pictureGrid } from './picture-grid';
export type { PictureGridOptions } from './picture-grid';
export { decodeNpy, encodeNpy } from './npy';
export type { NpyArray, NpyValues } from './npy';
export { readNpz, readNpzSome } from './npz';
export { isSpecialFile } from './special-file';
export { openNpzRows } from './npz-rows';
export type { NpzRows } from './npz-rows';
export { writeNpz } from './write-npz';
export type { NpyParts } from './write-npz';
export type { ReadNpzOptions } from './npz';
export { readCodes, writeCodes } from './codes';
export type { Codes } from './codes';
export { extractionMethods } from './extraction-crops';
export type { ExtractionCrops, ExtractionMethod, ExtractionMethodName } from './extraction-crops';
export { readCodeFile, readLabelFile, writeCodeFile, writeLabelFile } from './code-file';
export type { PictureCodes } from './code-file';
export { beginCodeFolder, picturesDigest, readCodeManifest } from './code-manifest';
export type { CodeManifest } from './code-manifest';
export { codePaths, hasPictureCodes, openCodeFolder } from './code-folder';
export type { CodeDataset, CodePaths } from './code-folder';
