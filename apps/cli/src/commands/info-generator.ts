import { Generator, generatorArchitecture } from '@restok/generator';
import type { OpenedModel } from '@restok/hub';
import { levelSchedule } from '@restok/core';
import type { ModelDescription } from '../model-description';
import { commonFacts, memoryText, PROGRAM_BYTES, sizeText } from '../model-description';
import type { DescribedGenerator } from '../model-kind';
import { generatorConfigOf } from '../model-kind';
import { workingBytes } from './generate-plan';

/** With guidance a picture is two rows of a batch. */
const ROWS_OF_A_PICTURE = 2;

/** What a generator is, and which tokenizer fits it. */
export function describeGenerator(opened: OpenedModel): ModelDescription {
  const described = generatorConfigOf(opened);
  const { config, isHar } = described;
  const architecture = generatorArchitecture(config, isHar);
  const { numLatents, numClasses, vocabularySize, layout } = architecture;
  const { levelSizes } = levelSchedule(numLatents);
  const parameters = countParameters(described);
  const { dtypes, license } = commonFacts(opened, config);
  const working = ROWS_OF_A_PICTURE * workingBytes(architecture);
  const memoryBytes = PROGRAM_BYTES + parameters * Float32Array.BYTES_PER_ELEMENT + working;
  const method = isHar ? 'whole levels at a time' : 'latent by latent';
  const data = {
    model: opened.description,
    kind: 'generator',
    har: isHar,
    numLatents,
    levelSizes,
    codebookSize: vocabularySize,
    passes: layout.passes.length,
    numClasses,
    classNames: config.class_names ?? null,
    guidance: architecture.nullLabel !== undefined,
    parameters,
    dtypes,
    memoryBytes,
    license,
    // The names are listed once.
    config: Object.fromEntries(Object.entries(config).filter(([key]) => key !== 'class_names')),
  };
  return {
    data,
    lines: [
      `${data.model}: a generator of ${sizeText(parameters, dtypes)}`,
      `latents    ${numLatents} in levels of ${levelSizes.join(', ')}; ${method}, ${data.passes} passes`,
      `tokenizer  one of ${numLatents} latents and ${vocabularySize} codes fits`,
      `guidance   ${data.guidance ? 'possible' : 'not possible: it was trained without dropping classes'}`,
      `memory     ${memoryText(memoryBytes)} for one picture, and the tokenizer after it`,
      `licence    ${license}`,
      ...classLines(numClasses, config.class_names),
    ],
  };
}

function classLines(numClasses: number, names: readonly string[] | undefined): string[] {
  return names === undefined
    ? [`classes    0-${numClasses - 1}, without names`]
    : ['classes', ...names.map((name, label) => `  ${label} ${name}`)];
}

/** Nothing is loaded. */
function countParameters({ config, isHar }: DescribedGenerator): number {
  const generator = new Generator(config, { har: isHar });
  try {
    return generator.numParameters;
  } finally {
    generator.dispose();
  }
}
