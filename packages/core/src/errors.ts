/** Values that explain an error, kept as fields so that callers need not parse its message. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

abstract class RestokError extends Error {
  readonly details: ErrorDetails;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = new.target.name;
    this.details = details;
  }
}

/** An argument has the wrong shape or range. */
export class ShapeError extends RestokError {}

/** A config contradicts itself or asks for what does not exist; `problems` lists everything found. */
export class ConfigError extends RestokError {
  readonly problems: readonly string[];

  constructor(message: string, problems: readonly string[] = [message], details: ErrorDetails = {}) {
    super(message, { ...details, problems });
    this.problems = problems;
  }
}

/** A model file or folder is missing, damaged or does not fit its config. */
export class CheckpointError extends RestokError {}

/** A file that is not a model (a picture, codes, a data set) is missing, damaged or too large. */
export class DataError extends RestokError {}

/** A backend or a native library cannot be had on this machine. */
export class BackendUnavailableError extends RestokError {}
