import type { TimeLimit } from './time-limit';

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

/** How far the files of a hub id are. */
export interface DownloadProgress {
  /** Bytes that are there, those of earlier downloads included. */
  readonly done: number;
  /** Bytes of all files of the model, known before the first of them is asked for. */
  readonly total: number;
}

/** How a source may be reached. */
export interface SourceOptions {
  /** Ends waiting for a server, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Further headers of http requests, for instance an authorisation. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Slower servers are given up; 1 KiB in 30 s when left out. */
  readonly timeLimit?: TimeLimit;
  /** Of a hub id: a branch, a tag or a commit; `main` when left out. */
  readonly revision?: string;
  /** Address of the hub; that of Hugging Face, or of HF_ENDPOINT, when left out. */
  readonly endpoint?: string;
  /**
   * Of a hub id: `download` (the default) keeps all files of the model and reads them there; `ranges` reads what is
   * asked for from the hub, unless the files are there already.
   */
  readonly access?: 'download' | 'ranges';
  /** Told how far the download of a hub id is. */
  readonly onDownload?: (progress: DownloadProgress) => void;
  /** Of a hub id in a page: told once when the page's cache does not take what was downloaded. */
  readonly onNotKept?: () => void;
}
