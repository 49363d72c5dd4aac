/** Mean and deviation of the channels of ImageNet's pictures in 0 ... 1. @source method.md, section 4.1. */
export const imagenetMean: readonly number[] = [0.485, 0.456, 0.406];
export const imagenetDeviation: readonly number[] = [0.229, 0.224, 0.225];
