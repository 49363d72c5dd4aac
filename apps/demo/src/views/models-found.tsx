import { download } from '../engine/engine-client';
import { focusMain } from '../state/focus';
import { attempt } from '../state/problem';
import { megabytes, quantity } from '../state/quantities';
import { cancelLoad, found, isLooking, loadFound } from './models-state';

/** What a model that was looked at needs, and the button that loads it. */
export function FoundModelCard() {
  const model = found.value;
  if (model === undefined) {
    return <p class="quiet">{isLooking.value ? 'Reading its header…' : ''}</p>;
  }
  const { facts } = model;
  return (
    <div class="found" data-testid="found">
      <h3>{facts.title}</h3>
      <dl class="figures">
        <div>
          <dt>{model.place.kind === 'files' ? 'Files' : 'Download'}</dt>
          <dd>{megabytes(facts.downloadBytes)}</dd>
        </div>
        <div>
          <dt>Memory</dt>
          <dd>{megabytes(facts.memoryBytes)}</dd>
        </div>
        <div>
          <dt>Weights</dt>
          <dd>{quantity(facts.numParameters)}</dd>
        </div>
        <div>
          <dt>Licence</dt>
          <dd>{facts.license ?? 'not stated'}</dd>
        </div>
      </dl>
      {facts.refusal !== undefined ? (
        <p class="refusal">{facts.refusal}</p>
      ) : download.value !== undefined ? (
        <button type="button" class="button quiet-button" onClick={() => void attempt(cancelLoad)}>
          Cancel the download
        </button>
      ) : (
        <button type="button" class="button" onClick={() => void use()}>
          {model.place.kind === 'files' ? 'Use it' : 'Download and use'}
        </button>
      )}
    </div>
  );
}

/** Loads what was found, which then stands under "In use"; the focus does not go with it. */
async function use(): Promise<void> {
  await attempt(loadFound);
  if (document.activeElement === document.body) {
    focusMain();
  }
}
