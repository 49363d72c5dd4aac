import type { SequenceLayout } from './sequence-layout';
import { passesOfSizes } from './sequence-layout';

/**
 * Plain next-token prediction: the class, then every latent but the last; each position sees itself and what is
 * before it, and each forward pass has one position.
 *
 * @param numLatents L.
 * @source method.md, section 7 (vanilla).
 */
export function plainLayout(numLatents: number): SequenceLayout {
  const positions = Array.from({ length: numLatents }, (_, position) => position);
  return {
    inputs: positions.map((position) =>
      position === 0 ? { kind: 'class' } : { kind: 'latent', index: position - 1 },
    ),
    visibleKeys: positions.map((position) => position + 1),
    passes: passesOfSizes(positions.map(() => 1)),
  };
}
