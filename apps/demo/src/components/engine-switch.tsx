import { engineNames } from '../engine/engine-api';
import type { EngineName } from '../engine/engine-api';
import { attempt, chooseEngine, download, generator, tokenizer } from '../engine/engine-client';
import { engineChoice } from '../engine/engine-choice';

const titles: Readonly<Record<EngineName, string>> = { tfjs: 'TensorFlow.js', onnx: 'ONNX Runtime' };

/** What runs the models, to choose where the folder of one holds ONNX files beside its weights. */
export function EngineSwitch() {
  const models = [tokenizer.value, generator.value].filter((facts) => facts?.isExported === true);
  if (models.length === 0) {
    return null;
  }
  return (
    <fieldset class="segments engine-switch" disabled={download.value !== undefined}>
      <legend class="visually-hidden">What runs the model</legend>
      {engineNames.map((name) => (
        <label key={name}>
          <input
            type="radio"
            name="engine"
            checked={name === engineChoice.value}
            onChange={() => void attempt(() => chooseEngine(name))}
          />
          <span>{titles[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}
