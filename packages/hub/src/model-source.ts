/** A place that holds the files of a model. Paths are relative, with forward slashes. */
export interface ModelSource {
  /** What errors call it. */
  readonly description: string;
  /** Bytes of a file, or undefined when there is none of that name. */
  size(path: string): Promise<number | undefined>;
  /** Bytes `start` to `end` (exclusive) of a file, as many as asked for; the caller owns them. */
  read(path: string, start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** How a source may be reached. */
export interface SourceOptions {
  /** Ends waiting for a server, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Further headers of http requests, for instance an authorisation. */
  readonly headers?: Readonly<Record<string, string>>;
}
