import { attempt } from '../engine/engine-client';
import { Icon } from '../components/icons';
import { filesOfInput } from '../components/open-files';
import { megabytes, quantity } from '../state/quantities';
import type { SourceChoice } from './train-state';
import {
  emojiSheet,
  folder,
  history,
  isSiteRead,
  pauseTraining,
  phase,
  resetTraining,
  saveTrained,
  side,
  source,
  startTraining,
  steps,
  useTrained,
} from './train-state';

const sides = [32, 64] as const;
const stepChoices = [100, 300, 1000, 3000] as const;

/** What is trained on and for how long, and the buttons. */
export function Bench() {
  const isIdle = phase.value === 'idle';
  const isBusy = phase.value === 'running' || phase.value === 'preparing';
  const hasModel = history.value.length > 0;
  return (
    <form
      class="card controls"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(startTraining);
      }}
    >
      <fieldset class="choices" disabled={!isIdle}>
        <legend>Pictures</legend>
        <Choice value="samples" text="The eight samples" />
        <Choice value="emoji" text={emojiText()} disabled={emojiSheet.value === undefined} />
        <Choice
          value="folder"
          text={
            folder.value.length === 0
              ? 'A folder of yours'
              : `A folder of yours: ${folder.value.length} files`
          }
        />
        {source.value === 'folder' && (
          <label class="button quiet-button">
            <Icon name="open" />
            Choose a folder
            <input
              type="file"
              class="visually-hidden"
              ref={(input) => input?.setAttribute('webkitdirectory', '')}
              onChange={(event) => (folder.value = filesOfInput(event.currentTarget))}
            />
          </label>
        )}
      </fieldset>
      <Segments
        legend="Size of the pictures"
        values={sides}
        value={side.value}
        disabled={!isIdle}
        onChange={(value) => (side.value = value)}
        text={(value) => `${value} px`}
      />
      <Segments
        legend="Steps"
        values={stepChoices}
        value={steps.value}
        disabled={!isIdle}
        onChange={(value) => (steps.value = value)}
        text={String}
      />
      <div class="actions">
        {isBusy ? (
          <button
            type="button"
            class="button"
            disabled={phase.value === 'preparing'}
            onClick={() => void attempt(pauseTraining)}
          >
            <Icon name="pause" />
            Pause
          </button>
        ) : (
          <button type="submit" class="button" disabled={phase.value === 'done'}>
            <Icon name="play" />
            {phase.value === 'paused' ? 'Go on' : 'Start'}
          </button>
        )}
        <button
          type="button"
          class="button quiet-button"
          disabled={isIdle || phase.value === 'preparing'}
          onClick={() => void attempt(resetTraining)}
        >
          <Icon name="reset" />
          Reset
        </button>
      </div>
      <div class="actions">
        <button
          type="button"
          class="button quiet-button"
          disabled={!hasModel || isBusy}
          onClick={() => void attempt(saveTrained)}
        >
          <Icon name="save" />
          Save the model
        </button>
        <button
          type="button"
          class="button quiet-button"
          disabled={!hasModel || isBusy}
          onClick={() => void attempt(useTrained)}
        >
          Use it here
        </button>
      </div>
      <p class="quiet">
        The zip holds config.json and model.safetensors: drop it under Models, or load its folder with Node.
      </p>
    </form>
  );
}

function emojiText(): string {
  const sheet = emojiSheet.value;
  if (sheet === undefined) {
    return isSiteRead.value ? 'The emoji set (not on this site)' : 'The emoji set';
  }
  return `The emoji set: ${quantity(sheet.count)} pictures, ${megabytes(sheet.bytes)} to download`;
}

function Choice({
  value,
  text,
  disabled = false,
}: {
  readonly value: SourceChoice;
  readonly text: string;
  readonly disabled?: boolean;
}) {
  return (
    <label class="choice">
      <input
        type="radio"
        name="source"
        checked={source.value === value}
        disabled={disabled}
        onChange={() => (source.value = value)}
      />
      {text}
    </label>
  );
}

function Segments({
  legend,
  values,
  value,
  disabled,
  onChange,
  text,
}: {
  readonly legend: string;
  readonly values: readonly number[];
  readonly value: number;
  readonly disabled: boolean;
  readonly onChange: (value: number) => void;
  readonly text: (value: number) => string;
}) {
  return (
    <div class="field">
      {legend}
      <fieldset class="segments" disabled={disabled} aria-label={legend}>
        {values.map((each) => (
          <label key={each}>
            <input type="radio" name={legend} checked={each === value} onChange={() => onChange(each)} />
            <span>{text(each)}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}
