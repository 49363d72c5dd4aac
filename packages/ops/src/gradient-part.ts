/** Which gradient of a linear layer or a convolution a kernel is asked for, as its attribute `of`. */
export type GradientPart = 'input' | 'weight' | 'bias';

/** The parts in the order of the inputs. */
export function partsOf(hasBias: boolean): readonly GradientPart[] {
  return hasBias ? ['input', 'weight', 'bias'] : ['input', 'weight'];
}
