import { parseGeneratorConfig } from '@restok/core';
import { expectClose, fixtureNames, modelArgsOf, openFixture, optionsOf, runsOf } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { generatorArchitecture } from './architecture';
import { cachePosition } from './cache-positions';
import { planGeneration } from './plan-generation';
import type { GuidanceScheduleName } from './guidance';
import { guidanceScales } from './guidance';

/** Scales are stored in single precision. */
const SCALE_TOLERANCE = 1e-6;

describe.each([...fixtureNames('har-generate-'), ...fixtureNames('ar-vanilla-generate')])(
  'generation plan of %s',
  (name) => {
    const fixture = openFixture(name);
    const io = fixture.tensors('io');
    const labels = [...io.get('cond')!.values];
    const isHar = fixture.weights().entries.has('spe_tok_embeddings.special_embeddings.weight');
    const architecture = generatorArchitecture(parseGeneratorConfig(modelArgsOf(fixture)), isHar);
    const { layout } = architecture;

    it.each(runsOf<GuidanceScheduleName>(fixture))(
      'has the reference passes and positions in the run %s',
      (runName, run) => {
        const { publishedPositions } = optionsOf(runName, run);
        expect(layout.passes.map(({ size }) => size)).toEqual(run.tokens_per_step);
        const positions = layout.passes.flatMap((pass) => {
          const start = cachePosition(layout, pass, publishedPositions === true);
          return Array.from({ length: pass.size }, (_, i) => start + i);
        });
        expect(positions).toEqual([...io.get(`gen.${runName}.input_pos`)!.values]);
      },
    );

    it.each(runsOf<GuidanceScheduleName>(fixture))(
      'has the reference batch and guidance scales in the run %s',
      (runName, run) => {
        const options = optionsOf(runName, run);
        const { passes, nullLabel } = planGeneration(architecture, labels, options);
        const batch = nullLabel === undefined ? labels.length : 2 * labels.length;
        expect(run.batch_per_forward).toEqual(passes.map(() => batch));
        // An interval does not show in the stored scales: the published code drops guidance in another place.
        const scales = guidanceScales(
          { ...options, guidanceInterval: undefined },
          { latentsPerPass: passes.map(({ size }) => size), arTokenNum: layout.arTokenNum },
        );
        expectClose(scales, io.get(`gen.${runName}.cfg`)!.values, SCALE_TOLERANCE, 'scales');
      },
    );
  },
);
