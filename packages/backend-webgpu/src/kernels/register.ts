import { registerActivations } from './activations';
import { registerAttention } from './attention';
import { registerConvolution } from './convolution';
import { registerCrossEntropy } from './cross-entropy';
import { registerGroupNorm } from './group-norm';
import { registerLinear } from './linear';
import { registerNearestCode } from './nearest-code';
import { registerNormalization } from './normalization';
import { registerOptimizer } from './optimizer';
import { registerRotation } from './rotation';
import { registerStockCorrections } from './stock-corrections';
import { registerTokens } from './tokens';

/** Every kernel of this backend, beside or in place of the stock ones that were copied to its name. */
export function registerFusedKernels(): void {
  registerLinear();
  registerNormalization();
  registerActivations();
  registerRotation();
  registerAttention();
  registerTokens();
  registerNearestCode();
  registerConvolution();
  registerGroupNorm();
  registerCrossEntropy();
  registerOptimizer();
  registerStockCorrections();
}
