import { z } from 'zod';
import type { ByteSource } from './byte-source';
import { isUrl } from './byte-source';
import { labelOf, MAX_LABEL_BYTES } from './sample-label';
import type { ShardMember } from './shard-members';
import { shardMembers } from './shard-members';

/** Where the pictures of a shard lie. Plain data, about 100 bytes a picture; the lists are as long as each other. */
export const shardIndexSchema = z.object({
  /** Paths of the samples without their endings. */
  keys: z.array(z.string()),
  /** Where the bytes of each picture begin, and how many they are. */
  offsets: z.array(z.number()),
  lengths: z.array(z.number()),
  /** Places in `labelTexts`. */
  labels: z.array(z.number()),
  /** What stands in the .cls or .json of the samples; empty where there is neither. */
  labelTexts: z.array(z.string()),
  /** Samples that are passed over, with the reason. */
  skipped: z.array(z.object({ key: z.string(), problem: z.string() })),
});

export type ShardIndex = z.infer<typeof shardIndexSchema>;

/** Endings of pictures, in small letters. */
const PICTURES: ReadonlySet<string> = new Set(['jpg', 'jpeg', 'png', 'webp']);
/** Endings of what a label is read from; .cls goes first. */
const LABELS: readonly string[] = ['cls', 'json'];
/** As large as a picture may be, whatever it is read from. */
const MAX_PICTURE_BYTES = 2 ** 30;

/** From a disk the headers between two pictures take one read; a server is asked for many pictures at a time. */
const FILE_WINDOW = 4096;
const URL_WINDOW = 4 * 2 ** 20;

/** The files of one sample. */
interface Sample {
  readonly key: string;
  readonly pictures: ShardMember[];
  readonly labels: Map<string, Uint8Array | undefined>;
}

/**
 * Finds the pictures of a shard in the form of WebDataset: files that follow each other with the same path up to the
 * first dot of their name are one sample, and what comes behind the dot tells what they are. Only headers and labels
 * are read.
 *
 * @throws DataError in one line when the shard is damaged or cut off. A sample without a picture, with two of them, or
 *   with a label that cannot be read is passed over and listed.
 */
export async function indexShard(source: ByteSource, shard: string): Promise<ShardIndex> {
  const index: ShardIndex = {
    ...{ keys: [], offsets: [], lengths: [] },
    ...{ labels: [], labelTexts: [], skipped: [] },
  };
  const places = new Map<string, number>();
  const isWanted = (path: string, size: number): boolean =>
    LABELS.includes(partsOf(path)?.ending ?? '') && size <= MAX_LABEL_BYTES;
  let sample: Sample | undefined;
  for await (const member of shardMembers(source, isWanted, isUrl(shard) ? URL_WINDOW : FILE_WINDOW)) {
    const parts = partsOf(member.path);
    if (parts === undefined) {
      continue;
    }
    if (sample?.key !== parts.key) {
      add(sample);
      sample = { key: parts.key, pictures: [], labels: new Map() };
    }
    if (PICTURES.has(parts.ending)) {
      sample.pictures.push(member);
    } else if (LABELS.includes(parts.ending)) {
      sample.labels.set(parts.ending, member.content);
    }
  }
  add(sample);
  return index;

  function add(found: Sample | undefined): void {
    if (found === undefined) {
      return;
    }
    const { key } = found;
    const checked = check(found);
    if ('problem' in checked) {
      index.skipped.push({ key, problem: checked.problem });
      return;
    }
    const { picture, label } = checked;
    let place = places.get(label);
    if (place === undefined) {
      place = index.labelTexts.push(label) - 1;
      places.set(label, place);
    }
    index.keys.push(key);
    index.offsets.push(picture.offset);
    index.lengths.push(picture.size);
    index.labels.push(place);
  }
}

function check({ pictures, labels }: Sample): { picture: ShardMember; label: string } | { problem: string } {
  const [picture, ...more] = pictures;
  if (picture === undefined) {
    return { problem: 'no picture' };
  }
  if (more.length > 0) {
    return { problem: `${pictures.length} pictures` };
  }
  if (picture.size === 0 || picture.size > MAX_PICTURE_BYTES) {
    return { problem: `a picture of ${picture.size} bytes` };
  }
  const ending = LABELS.find((each) => labels.has(each));
  const label = ending === undefined ? '' : labelOf(ending, labels.get(ending));
  return label === undefined ? { problem: `a .${ending} that holds no label` } : { picture, label };
}

/** The path up to the first dot of the name, and what comes behind it; undefined for what is no part of a sample. */
function partsOf(path: string): { key: string; ending: string } | undefined {
  const match = /^((?:.*\/)?[^./]+)\.([^/]+)$/s.exec(path);
  return match === null || /(^|\/)__[^/]*__$/.test(match[1]!)
    ? undefined
    : { key: match[1]!, ending: match[2]!.toLowerCase() };
}
