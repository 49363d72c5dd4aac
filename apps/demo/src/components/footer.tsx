import { backendNote, modelName, tokenizer } from '../engine/engine-client';
import { quantity } from '../state/quantities';

/** A quiet line: what computes, with which model, and where the pictures stay. */
export function Footer() {
  const facts = tokenizer.value;
  return (
    <footer class="footer">
      <p data-testid="backend">{backendNote.value?.reason ?? 'The engine starts with the first picture.'}</p>
      <p>
        {facts === undefined
          ? 'Nothing leaves this device.'
          : `Model ${modelName.value}: ${quantity(facts.numParameters)} weights, ${facts.numLatents} latents of ${quantity(facts.codebookSize)} codes. Nothing leaves this device.`}
      </p>
    </footer>
  );
}
