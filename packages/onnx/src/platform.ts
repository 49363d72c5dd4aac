import type { InferenceSession, InferenceSessionFactory, Tensor } from 'onnxruntime-node';

/** What is used of ONNX Runtime, which is the same in Node and in browsers. */
export interface Runtime {
  /** @param model path, or the bytes of the file. */
  createSession(
    model: string | Uint8Array,
    options: InferenceSession.SessionOptions,
  ): Promise<InferenceSession>;
  readonly Tensor: typeof Tensor;
}

/** A graph and its weights as a session takes them. */
export interface SessionFiles {
  readonly model: string | Uint8Array;
  readonly externalData?: InferenceSession.SessionOptions['externalData'];
}

/** Takes bytes in and gives their digest. */
export interface Hasher {
  update(piece: Uint8Array): void;
  digest(): string;
}

/** A runtime from the two names that are used of it; `create` has one signature for paths and one for bytes. */
export function runtimeOf({
  InferenceSession,
  Tensor: tensorClass,
}: {
  readonly InferenceSession: Pick<InferenceSessionFactory, 'create'>;
  readonly Tensor: typeof Tensor;
}): Runtime {
  return {
    createSession: (model, options) =>
      typeof model === 'string'
        ? InferenceSession.create(model, options)
        : InferenceSession.create(model, options),
    Tensor: tensorClass,
  };
}
