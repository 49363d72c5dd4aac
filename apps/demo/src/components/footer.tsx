import { backendNote, modelName, tokenizer } from '../engine/engine-client';
import { engineChoice } from '../engine/engine-choice';
import { storageNote } from '../engine/storage-note';
import { trainEngineLine } from '../engine/train-client';
import { route } from '../state/address';
import { quantity } from '../state/quantities';
import { EngineSwitch } from './engine-switch';

/** A quiet line: what computes, with which model, and where the pictures stay. */
export function Footer() {
  const facts = tokenizer.value;
  return (
    <footer class="footer">
      <p data-testid="backend">{computing()}</p>
      {storageNote.value !== undefined && <p data-testid="storage-note">{storageNote.value}</p>}
      <EngineSwitch />
      <p>
        {facts === undefined
          ? 'Nothing leaves this device.'
          : `Model ${modelName.value}: ${quantity(facts.numParameters)} weights, ${facts.numLatents} latents of ${quantity(facts.codebookSize)} codes. Nothing leaves this device.`}
      </p>
    </footer>
  );
}

function computing(): string {
  if (route.value.view === 'train') {
    return trainEngineLine.value;
  }
  const note = backendNote.value?.reason ?? 'The engine starts with the first picture.';
  const facts = tokenizer.value;
  if (facts?.engine === 'onnx') {
    return `Computing with ONNX Runtime in ${facts.provider}, on the ${facts.provider === 'WebGPU' ? 'graphics card' : 'processor'}.`;
  }
  return engineChoice.value === 'onnx' && facts !== undefined
    ? `${note} No ONNX Runtime: this model was not exported for it.`
    : note;
}
