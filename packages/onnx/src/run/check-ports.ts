import { CheckpointError } from '@restok/core';
import type { InferenceSession } from 'onnxruntime-node';
import type { OnnxPort } from '../format/onnx-graph';

/** Inputs and outputs that a graph must have, as they follow from the config of its folder; sides that are names are open. */
export interface ExpectedPorts {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** What a session says of its graph. */
export type SessionPorts = Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>;

/**
 * Compares a graph with its config, so that a foreign or exchanged one is found out before it runs.
 *
 * @param place of the graph, for the error.
 * @throws CheckpointError naming the first input or output that differs.
 */
export function checkPorts(place: string, session: SessionPorts, expected: ExpectedPorts): void {
  const { inputMetadata: inputs, outputMetadata: outputs } = session;
  const misfit =
    misfitOf('take', expected.inputs, inputs) ??
    misfitOf('give', expected.outputs, outputs) ??
    // What nobody feeds would fail at every run.
    surplusOf(expected.inputs, inputs);
  if (misfit !== undefined) {
    throw new CheckpointError(
      `loadOnnx: ${place} must ${misfit}. Its config and its graph are not of one model: export the model again.`,
    );
  }
}

function misfitOf(
  verb: string,
  expected: readonly OnnxPort[],
  actual: readonly InferenceSession.ValueMetadata[],
): string | undefined {
  for (const port of expected) {
    const found = actual.find(({ name }) => name === port.name);
    if (found === undefined || !isLike(port, found)) {
      return `${verb} ${port.name} ${described(port)}, got ${found === undefined ? namesOf(actual) : described(found)}`;
    }
  }
  return undefined;
}

function surplusOf(
  expected: readonly OnnxPort[],
  actual: readonly InferenceSession.ValueMetadata[],
): string | undefined {
  const surplus = actual.find(({ name }) => !expected.some((port) => port.name === name));
  return surplus === undefined
    ? undefined
    : `take nothing but ${expected.map(({ name }) => name).join(', ')}, got ${surplus.name} too`;
}

/** Equal types, numbers where numbers belong, and open sides where open ones belong. */
function isLike(port: OnnxPort, found: InferenceSession.ValueMetadata): boolean {
  return (
    found.isTensor &&
    found.type === port.type &&
    found.shape.length === port.shape.length &&
    port.shape.every((side, axis) =>
      typeof side === 'number' ? found.shape[axis] === side : typeof found.shape[axis] === 'string',
    )
  );
}

function described(port: OnnxPort | InferenceSession.ValueMetadata): string {
  return 'isTensor' in port && !port.isTensor ? 'as no tensor' : `${port.type} [${port.shape.join(', ')}]`;
}

/** A few names, since a generator has two for each layer. */
function namesOf(ports: readonly InferenceSession.ValueMetadata[]): string {
  const names = ports.slice(0, 3).map(({ name }) => name);
  return names.length === 0 ? 'nothing' : `${names.join(', ')}${ports.length > 3 ? ' and others' : ''}`;
}
