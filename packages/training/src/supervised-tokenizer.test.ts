import type { Tensor3D } from '@tensorflow/tfjs-core';
import { mean } from '@tensorflow/tfjs-core';
import { ResTok } from '@restok/tokenizer';
import { expectClose, seededTensor, tinyTokenizer, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { SupervisedTokenizer } from './supervised-tokenizer';

/** Float32 roundings of the same sums. */
const ROUNDING = 1e-5;

describe('SupervisedTokenizer', () => {
  beforeAll(() => useTestBackend('restok-node'));

  const both = tinyTokenizer({ encoder_feature_supervision: true, decoder_feature_supervision: true });
  const namesOf = (tokenizer: ResTok): string[] => [...tokenizer.namedParameters()].map(([name]) => name);

  it('is a plain tokenizer with the same weights where nothing is aligned', async () => {
    const [plain, supervised] = [new ResTok(both, { seed: 3 }), new SupervisedTokenizer(both, { seed: 3 })];
    expect(namesOf(supervised)).toEqual(namesOf(plain));
    expect(supervised.hasFeatureStream).toBe(false);
    const values = new Map(supervised.namedParameters());
    for (const [name, parameter] of plain.namedParameters()) {
      expect(await values.get(name)!.published(), name).toEqual(await parameter.published());
    }
    [plain, supervised].forEach((tokenizer) => tokenizer.dispose());
  });

  it('adds what alignment needs under the published names, as its flags ask', () => {
    const added = (flags: Record<string, boolean>): string[] => {
      const tokenizer = new SupervisedTokenizer(tinyTokenizer(flags), { featureWidth: 5 });
      return namesOf(tokenizer).filter((name) => /vf_proj|feat_mask/.test(name));
    };
    expect(added({ encoder_feature_supervision: true })).toEqual(['vf_proj.weight']);
    expect(added({ decoder_feature_supervision: true })).toEqual([
      'decoder.feat_mask_token',
      'vf_proj_dec.weight',
    ]);
    expect(added({})).toEqual([]);
  });

  it('projects the mean of image tokens, and each token of the second stream', () => {
    const tokenizer = new SupervisedTokenizer(both, { seed: 1, featureWidth: 5 });
    const tokens = seededTensor(2, 2, 3, 16) as Tensor3D;
    const [ofClass, ofPatches] = [tokenizer.classFeatureOf(tokens)!, tokenizer.patchFeaturesOf(tokens)!];
    expect([ofClass.shape, ofPatches.shape]).toEqual([
      [2, 5],
      [2, 3, 5],
    ]);
    const other = new SupervisedTokenizer(both, { seed: 1, featureWidth: 5 });
    const weights = new Map(other.namedParameters());
    const projection = weights.get('vf_proj.weight')!.value;
    weights.get('vf_proj_dec.weight')!.replace(projection.clone());
    // A projection of means is the mean of projections.
    expectClose(ofClass, mean(other.patchFeaturesOf(tokens)!, 1), ROUNDING);
    [tokenizer, other].forEach((each) => each.dispose());
  });
});
