import { OPSET } from '../format/encode-model';
import type { WeightType } from '../format/onnx-graph';
import type { OnnxMetadata } from '../save-onnx';

/** Name of the file that says what a folder of graphs is. */
export const MANIFEST = 'onnx.json';

/** The version of such folders that this package writes and reads. */
export const FORMAT_VERSION = 1;

export type ModelKind = 'tokenizer' | 'generator';

export interface ExportOptions {
  /**
   * float16 halves the files and rounds the weights, int8 quarters them and rounds rows of matrices to 8 bits; every
   * graph widens them and computes in single precision. float32 when left out.
   */
  readonly weights?: WeightType;
}

/** What `onnx.json` says. */
export interface Manifest {
  readonly format: 'restok-onnx';
  readonly version: number;
  readonly kind: ModelKind;
  /** Whether a generator predicts whole levels at once. */
  readonly har?: boolean;
  readonly weights: WeightType;
  readonly opset: number;
  readonly config: unknown;
}

/** The manifest of a model. */
export function manifestOf(
  kind: ModelKind,
  config: unknown,
  { weights = 'float32', har }: ExportOptions & { readonly har?: boolean },
): Manifest {
  return { format: 'restok-onnx', version: FORMAT_VERSION, kind, har, weights, opset: OPSET, config };
}

/** The same facts as each graph carries them. */
export function metadataOf(manifest: Manifest, levelSizes: readonly number[]): OnnxMetadata {
  const { kind, config, weights, har } = manifest;
  const license = licenseOf(config);
  return {
    'restok.kind': kind,
    'restok.config': JSON.stringify(config),
    'restok.level_sizes': levelSizes.join(','),
    'restok.weights': weights,
    ...(har === undefined ? {} : { 'restok.har': String(har) }),
    ...(license === undefined ? {} : { license }),
  };
}

function licenseOf(config: unknown): string | undefined {
  const given =
    typeof config === 'object' && config !== null && 'license' in config ? config.license : undefined;
  return typeof given === 'string' ? given : undefined;
}
