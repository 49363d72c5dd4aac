import { ConfigError } from '@restok/core';
import { Module, ones } from '@restok/ops';
import { describe, expect, it } from 'vitest';
import { isTrained, trainedParameters } from './trained-parameters';

class Layer extends Module {
  constructor() {
    super();
    this.parameter('weight', [1], ones);
    this.parameter('bias', [1], ones);
  }
}

class Model extends Module {
  constructor() {
    super();
    this.parameter('gain', [1], ones);
    ['decoder', 'decoder_embed', 'layers.0', 'layers.10'].forEach((name) => this.child(name, new Layer()));
  }
}

const parameters = [...new Model().namedParameters()];
const namesOf = (...trainOnly: string[]): string[] =>
  trainedParameters(parameters, trainOnly).map(([name]) => name);

describe('trainedParameters', () => {
  it('takes everything unless some parts are named', () => {
    expect(trainedParameters(parameters, undefined)).toEqual(parameters);
  });

  it('takes whole parts and single parameters in the order of the model, and no part whose name only begins so', () => {
    expect(namesOf('gain', 'decoder')).toEqual(['gain', 'decoder.weight', 'decoder.bias']);
    expect(namesOf('layers.10.bias', 'layers.0', 'layers.0.bias')).toEqual([
      'layers.0.weight',
      'layers.0.bias',
      'layers.10.bias',
    ]);
  });

  it('names the parts of the model where one is unknown', () => {
    expect(() => namesOf('decoder', 'encoder', 'layers.1')).toThrow(ConfigError);
    expect(() => namesOf('decoder', 'encoder', 'layers.1')).toThrow(
      'training.train_only must name parts of the model, got encoder, layers.1. Its parts: gain, decoder, decoder_embed, layers.',
    );
  });
});

describe('isTrained', () => {
  it('goes by the part that a name is of', () => {
    expect(isTrained('decoder.bias', undefined)).toBe(true);
    expect(isTrained('decoder.bias', ['decoder'])).toBe(true);
    expect(isTrained('decoder_embed.bias', ['decoder'])).toBe(false);
  });
});
