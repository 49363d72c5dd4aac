import { ProtobufWriter } from '@restok/core';
import type { AttributeValue, Initializer, OnnxGraph, OnnxNode, OnnxPort } from './onnx-graph';
import { onnxTypes } from './onnx-graph';

/**
 * The version of ONNX's operators that graphs use: the newest that the ONNX of Debian 12 checks, and the first with
 * LayerNormalization.
 */
export const OPSET = 17;

/** The version of the file format that belongs to it. */
const IR_VERSION = 8;

/** Where the bytes of an initializer are: in the model itself, or in a file beside it. */
export type Placement = { readonly inline: Uint8Array } | ExternalPlacement;

export interface ExternalPlacement {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** What a model says besides its graph. */
export interface ModelFacts {
  readonly placements: ReadonlyMap<string, Placement>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Numbers that ONNX gives to kinds of attributes. */
const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, ints: 7 };
const EXTERNAL = 1;

/**
 * A model as the bytes of an .onnx file.
 *
 * @source onnx.proto of ONNX 1.12.
 */
export function encodeModel(graph: OnnxGraph, { placements, metadata }: ModelFacts): Uint8Array {
  const model = new ProtobufWriter()
    .integer(1, IR_VERSION)
    .text(2, 'restok')
    .message(7, graphMessage(graph, placements))
    .message(8, new ProtobufWriter().text(1, '').integer(2, OPSET));
  for (const [key, value] of Object.entries(metadata)) {
    model.message(14, new ProtobufWriter().text(1, key).text(2, value));
  }
  return model.finish();
}

function graphMessage(graph: OnnxGraph, placements: ReadonlyMap<string, Placement>): ProtobufWriter {
  const message = new ProtobufWriter();
  graph.nodes.forEach((node, i) => message.message(1, nodeMessage(node, `${node.operator}_${i}`)));
  message.text(2, graph.name);
  for (const initializer of graph.initializers) {
    message.message(5, tensorMessage(initializer, placements.get(initializer.name)!));
  }
  graph.inputs.forEach((port) => message.message(11, portMessage(port)));
  graph.outputs.forEach((port) => message.message(12, portMessage(port)));
  return message;
}

function nodeMessage({ operator, inputs, outputs, attributes }: OnnxNode, name: string): ProtobufWriter {
  const message = new ProtobufWriter();
  inputs.forEach((input) => message.text(1, input));
  outputs.forEach((output) => message.text(2, output));
  message.text(3, name).text(4, operator);
  for (const [key, value] of Object.entries(attributes)) {
    message.message(5, attributeMessage(key, value));
  }
  return message;
}

function attributeMessage(name: string, value: AttributeValue): ProtobufWriter {
  const message = new ProtobufWriter().text(1, name);
  if (typeof value === 'number') {
    return message.integer(3, value).integer(20, ATTRIBUTE_TYPES.int);
  }
  if (typeof value === 'string') {
    return message.text(4, value).integer(20, ATTRIBUTE_TYPES.string);
  }
  if ('float' in value) {
    return message.float(2, value.float).integer(20, ATTRIBUTE_TYPES.float);
  }
  value.forEach((entry) => message.integer(8, entry));
  return message.integer(20, ATTRIBUTE_TYPES.ints);
}

function tensorMessage({ name, type, shape }: Initializer, placement: Placement): ProtobufWriter {
  const message = new ProtobufWriter();
  shape.forEach((side) => message.integer(1, side));
  message.integer(2, onnxTypes[type]).text(8, name);
  if ('inline' in placement) {
    return message.bytes(9, placement.inline);
  }
  const { file, offset, length } = placement;
  for (const [key, value] of Object.entries({ location: file, offset, length })) {
    message.message(13, new ProtobufWriter().text(1, key).text(2, String(value)));
  }
  return message.integer(14, EXTERNAL);
}

function portMessage({ name, type, shape }: OnnxPort): ProtobufWriter {
  const dims = new ProtobufWriter();
  for (const side of shape) {
    const dim = new ProtobufWriter();
    dims.message(1, typeof side === 'number' ? dim.integer(1, side) : dim.text(2, side));
  }
  const tensor = new ProtobufWriter().integer(1, onnxTypes[type]).message(2, dims);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}
