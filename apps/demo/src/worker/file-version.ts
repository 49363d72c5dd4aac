/** What a server tells about which version of a file it has; it need not tell any of it. */
export interface FileVersion {
  readonly tag?: string;
  readonly modified?: string;
  readonly bytes?: number;
}

/** The version that an answer tells of; packing does not make another version. */
export function versionOf({ headers }: Response): FileVersion {
  const length = headers.has('content-encoding') ? null : headers.get('content-length');
  return {
    tag: headers
      .get('etag')
      ?.replace(/^W\//, '')
      .replace(/-{1,2}(?:gzip|br|zstd)"$/, '"'),
    modified: headers.get('last-modified') ?? undefined,
    bytes: length === null ? undefined : Number(length),
  };
}

/** Whether two versions are told to be different: by the tag, otherwise by the time or by the size. */
export function differ(first: FileVersion, second: FileVersion): boolean {
  const differsIn = (key: keyof FileVersion): boolean =>
    first[key] !== undefined && second[key] !== undefined && first[key] !== second[key];
  const haveTags = first.tag !== undefined && second.tag !== undefined;
  return differsIn('bytes') || (haveTags ? differsIn('tag') : differsIn('modified'));
}
