import { engineNames } from '../engine/engine-api';
import type { EngineName } from '../engine/engine-api';
import { chooseEngine, download, generator, tokenizer } from '../engine/engine-client';
import { engineChoice } from '../engine/engine-choice';
import { attempt } from '../state/problem';
import { Segments } from './segments';

const titles: Readonly<Record<EngineName, string>> = { tfjs: 'TensorFlow.js', onnx: 'ONNX Runtime' };

/** What runs the models, to choose where the folder of one holds ONNX files beside its weights. */
export function EngineSwitch() {
  const models = [tokenizer.value, generator.value].filter((facts) => facts?.isExported === true);
  if (models.length === 0) {
    return null;
  }
  return (
    <Segments
      name="engine"
      legend="What runs the model"
      values={engineNames}
      value={engineChoice.value}
      disabled={download.value !== undefined}
      onChange={(name) => void attempt(() => chooseEngine(name))}
      text={(name) => titles[name]}
    />
  );
}
