import { kernelNames } from '@restok/ops';
import type { TokenMap } from '@restok/ops';
import { denseTokenMap } from '@restok/ops';
import type { Emitter, KernelCall } from './kernel-call';

/** Emitters of the operations on codes and token grids in @restok/ops. */
export const codes: Readonly<Record<string, Emitter>> = {
  // |e|² - 2 z·e; |z|² is the same for every code.
  [kernelNames.nearestCode]: (call) => {
    const { graph } = call;
    const [latents, codebook] = [call.name('latents'), call.name('codebook')];
    const squares = graph.node('ReduceSum', [graph.node('Mul', [codebook, codebook]), graph.integers([1])], {
      keepdims: 0,
    });
    const distances = graph.node('Gemm', [latents, codebook, squares], { transB: 1, alpha: { float: -2 } });
    const nearest = graph.node('ArgMin', [distances], { axis: 1, keepdims: 0 });
    return call.output(graph.node('Cast', [nearest], { to: 6 }), [call.input('latents').shape[0]!], 'int32');
  },
  [kernelNames.gatherRows]: (call) => {
    const name = call.graph.node('Gather', [call.name('table'), call.name('indices')], { axis: 0 });
    return call.output(name, [...call.input('indices').shape, call.input('table').shape[1]!]);
  },
  [kernelNames.mixTokens]: (call) => {
    const map = call.attribute<TokenMap>('map');
    const [batch, , width] = call.input('x').shape as [number, number, number];
    return call.output(mixed(call, map), [batch, map.numOutputs, width]);
  },
};

/** A map that only moves tokens picks them; every other one is a matrix product from the left. */
function mixed(call: KernelCall, map: TokenMap): string {
  const { graph } = call;
  const x = call.name('x');
  const onlyMoves =
    map.sources.length === map.numOutputs &&
    map.offsets.every((offset, output) => offset === output) &&
    map.weights.every((weight) => weight === 1);
  if (onlyMoves) {
    return graph.node('Gather', [x, graph.integers([...map.sources])], { axis: 1 });
  }
  const { numOutputs, numInputs } = map;
  const key = `map ${numInputs} ${numOutputs} ${map.offsets.join()} ${map.sources.join()} ${map.weights.join()}`;
  const matrix = graph.sharedTensor(key, [numOutputs, numInputs], () => denseTokenMap(map));
  return graph.node('MatMul', [matrix, x]);
}
