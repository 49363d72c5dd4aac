import { ConfigError } from '@restok/core';
import type { GeneratorData } from '@restok/training';

/**
 * Data whose labels are those of a model's classes of the same names, as when a model learns more about some of its
 * classes. Data none of whose names the model knows keeps its numbers: its classes take the places of the first ones.
 *
 * @param classNames of the model, undefined when it has none.
 * @throws ConfigError when the model knows some of the names only.
 */
export function labelsByName(data: GeneratorData, classNames: readonly string[] | undefined): GeneratorData {
  const places = data.classNames.map((name) => classNames?.indexOf(name) ?? -1);
  const unknown = data.classNames.filter((_, label) => places[label] === -1);
  if (classNames === undefined || unknown.length === places.length) {
    return data;
  }
  if (unknown.length > 0) {
    throw new ConfigError(
      `labelsByName: the model has no class ${unknown.join(', ')}, but the other ${places.length - unknown.length} of the data. Name folders as its classes are named, or set model.generator.class_names.`,
      [`model.generator.class_names lacks ${unknown.join(', ')}`],
    );
  }
  return {
    ...data,
    classNames,
    read: async (...which) => {
      const { indices, labels } = await data.read(...which);
      return { indices, labels: labels.map((label) => places[label]!) };
    },
  };
}
