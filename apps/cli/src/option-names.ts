import type { GuidanceScheduleName } from '@restok/generator';
import type { PreprocessingName } from '@restok/metrics/inception';
import type { WeightType } from '@restok/onnx';

// Told apart from what they name, which takes a second to load: --help and wrong usage answer at once.

/** Names that --backend takes. */
export const backendNames = ['auto', 'node', 'wasm', 'webgpu', 'cpu'] as const;

/** Names that --engine takes. */
export const engineNames = ['tfjs', 'onnx'] as const;

/** Formats that --format takes. */
export const exportFormats = ['onnx'] as const;

/** Types that --weights takes. */
export const weightTypes = ['float32', 'float16', 'int8'] as const satisfies readonly WeightType[];

/** Names that --schedule takes. */
export const scheduleNames = [
  'constant',
  'linear',
  'linear_re',
  'linear_constant',
  'triangular',
  'rectangular',
  'step',
  'cosine',
  'cosine_re',
] as const satisfies readonly GuidanceScheduleName[];

/** Names that --resize takes. */
export const resizeNames = ['tensorflow', 'pytorch'] as const satisfies readonly PreprocessingName[];
