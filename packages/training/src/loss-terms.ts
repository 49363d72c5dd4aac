import type { Scalar } from '@tensorflow/tfjs-core';
import { keep } from '@tensorflow/tfjs-core';
import type { DiscriminatorTerms } from './losses/discriminator-objective';
import type { ObjectiveValue, OptionalTerm } from './losses/tokenizer-objective';
import { optionalTerms } from './losses/tokenizer-objective';
import { scalarValues } from './scalar-values';

/** Terms that every loss of a tokenizer has. */
const constantTerms = [
  'reconstructionLoss',
  'quantizerLoss',
  'commitmentLoss',
  'codebookLoss',
  'entropyLoss',
] as const;

type ConstantTerm = (typeof constantTerms)[number];

/** Terms of a tokenizer's loss; those of losses that are off are absent. */
type Terms<Value> = Record<ConstantTerm, Value> & Partial<Record<OptionalTerm, Value>>;

/** The terms of the loss, each averaged over a batch; those of losses that are off are absent. */
export interface LossTerms extends Readonly<Terms<number>>, Partial<DiscriminatorTerms> {
  readonly totalLoss: number;
}

/** Terms as tensors, owned by their holder. */
export type LossScalars = Readonly<Terms<Scalar>>;

/** The terms of a pass, kept beyond the tidy that they were computed in. */
export function keptTerms(
  pass: Readonly<Record<Exclude<ConstantTerm, 'reconstructionLoss'>, Scalar>>,
  value: ObjectiveValue,
): LossScalars {
  const kept = (term: Scalar): Scalar => keep(term.clone());
  const optional = optionalTerms.flatMap((name) => {
    const term = value[name];
    return term === undefined ? [] : [[name, kept(term)] as const];
  });
  return {
    reconstructionLoss: kept(value.reconstructionLoss),
    quantizerLoss: kept(pass.quantizerLoss),
    commitmentLoss: kept(pass.commitmentLoss),
    codebookLoss: kept(pass.codebookLoss),
    entropyLoss: kept(pass.entropyLoss),
    ...Object.fromEntries(optional),
  };
}

/** Reads terms and the whole loss together; all are consumed. */
export async function readTerms(totalLoss: Scalar, scalars: LossScalars): Promise<LossTerms> {
  const names = [...constantTerms, ...optionalTerms].filter((name) => scalars[name] !== undefined);
  const [total, ...values] = await scalarValues([totalLoss, ...names.map((name) => scalars[name]!)]);
  const valueOf = (name: ConstantTerm): number => values[names.indexOf(name)]!;
  return {
    totalLoss: total!,
    reconstructionLoss: valueOf('reconstructionLoss'),
    quantizerLoss: valueOf('quantizerLoss'),
    commitmentLoss: valueOf('commitmentLoss'),
    codebookLoss: valueOf('codebookLoss'),
    entropyLoss: valueOf('entropyLoss'),
    ...Object.fromEntries(
      names.slice(constantTerms.length).map((name, i) => [name, values[constantTerms.length + i]!]),
    ),
  };
}
