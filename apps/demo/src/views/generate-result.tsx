import { LinkButton } from '../components/link-button';
import { PictureCanvas } from '../components/picture-canvas';
import { SaveButton } from '../components/save-button';
import { Strip } from '../components/strip';
import { tokenizer } from '../engine/engine-client';
import { levelSizes } from '../engine/model-levels';
import { duration } from '../state/quantities';
import { formatRoute } from '../state/route';
import { tokensToText } from '../state/token-text';
import { chosen, isRunning, progress, settings, wasCancelled } from './generate-state';

/** The pictures of a run as its passes end, one of them large with its latents. */
export function GenerateResult() {
  const step = progress.value;
  const picture = step?.pictures[chosen.value];
  const indices = step?.indices[chosen.value];
  const isComplete = step !== undefined && step.step + 1 === step.numSteps;
  const text =
    isComplete && indices !== undefined && tokenizer.value !== undefined
      ? tokensToText(indices, tokenizer.value.codebookSize)
      : undefined;
  const name = `${settings.value.className.replaceAll('/', '-')}-${settings.value.seed}-${chosen.value + 1}.png`;
  return (
    <div class="result">
      <div class="result-pictures">
        <div class="frame result-frame">
          <PictureCanvas
            picture={picture}
            label={`Generated picture ${chosen.value + 1}`}
            testId="generated"
          />
          {step === undefined && (
            <p class="frame-hint">
              {isRunning.value ? 'The first pass is under way.' : 'Choose a class and generate.'}
            </p>
          )}
        </div>
        {settings.value.count > 1 && <Grid />}
      </div>
      <Strip
        label="Latents by level"
        levelSizes={levelSizes.value}
        indices={indices}
        known={step?.numKnown ?? 0}
        kept={step?.numKnown}
      />
      <div class="result-line">
        <p class="quiet" data-testid="passes">
          {step === undefined
            ? 'Each pass predicts one level; the first few latents come one by one.'
            : `${wasCancelled.value ? 'Stopped after pass' : 'Pass'} ${step.step + 1} of ${step.numSteps}, ${step.numKnown} latents, ${duration(step.milliseconds)}`}
        </p>
        <div class="actions">
          <SaveButton picture={isComplete ? picture : undefined} name={name} />
          <LinkButton href={text === undefined ? undefined : formatRoute('reconstruct', { t: text })}>
            Take apart
          </LinkButton>
          <LinkButton href={text === undefined ? undefined : formatRoute('mix', { a: text })}>Mix</LinkButton>
        </div>
      </div>
    </div>
  );
}

/** All pictures of the run, to choose the one that is shown large. */
function Grid() {
  const { count } = settings.value;
  return (
    <ul class="grid" style={{ '--columns': Math.sqrt(count) }}>
      {Array.from({ length: count }, (_, i) => (
        <li key={i}>
          <button
            type="button"
            class="grid-cell"
            aria-pressed={i === chosen.value}
            aria-label={`Picture ${i + 1} of ${count}`}
            onClick={() => (chosen.value = i)}
          >
            <PictureCanvas picture={progress.value?.pictures[i]} label="" />
          </button>
        </li>
      ))}
    </ul>
  );
}
