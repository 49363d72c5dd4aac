import type { Block, ConvStep, Step } from './architecture';
import { blocks } from './architecture';

/** A convolution of the network and what its weights are called. */
export interface NamedConv {
  readonly step: ConvStep;
  /** Channels of its input. */
  readonly inputs: number;
  /** As in torchvision, for instance `Mixed_5b.branch1x1`. */
  readonly torchName: string;
  /** As in the graph of 2015, for instance `mixed/conv`. */
  readonly tensorflowName: string;
}

/** Name of a convolution in torchvision. */
export function torchNameOf({ name }: Block, step: ConvStep): string {
  return name === '' ? step.name : `${name}.${step.name}`;
}

/** Every convolution, in the order of the network. */
export function namedConvs(): NamedConv[] {
  const convs: NamedConv[] = [];
  let inputs = 3;
  blocks.forEach((block, number) => {
    let outputs = 0;
    let towers = 0;
    const scope = number === 0 ? '' : number === 1 ? 'mixed/' : `mixed_${number - 1}/`;
    for (const branch of block.branches) {
      let channels = inputs;
      const prefix = isTower(block, branch) ? `${scope}${numbered('tower', towers++)}/` : scope;
      let count = 0;
      for (const step of branch) {
        const before = channels;
        const add = (part: ConvStep, name: string): void => {
          convs.push({
            step: part,
            inputs: before,
            torchName: torchNameOf(block, part),
            tensorflowName: `${prefix}${name}`,
          });
        };
        if (step.kind === 'conv') {
          add(step, numbered('conv', count++));
          channels = step.outputs;
        } else if (step.kind === 'split') {
          step.parts.forEach((part, i) => add(part, `mixed/${numbered('conv', i)}`));
          channels = step.parts[0].outputs + step.parts[1].outputs;
        }
      }
      outputs += channels;
    }
    inputs = outputs;
  });
  return convs;
}

/** The graph puts a branch into a tower of its own unless it is one convolution, or a pool alone. */
function isTower({ name }: Block, branch: readonly Step[]): boolean {
  return name !== '' && branch.length > 1;
}

/** conv, conv_1, conv_2, ... */
function numbered(name: string, number: number): string {
  return number === 0 ? name : `${name}_${number}`;
}
