import { FileButton } from '../components/file-button';
import { HeldButton } from '../components/held-button';
import { Icon } from '../components/icons';
import { Segments } from '../components/segments';
import { attempt } from '../state/problem';
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
  sides,
  source,
  startTraining,
  stepChoices,
  steps,
  useTrained,
} from './train-state';

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
          <FileButton text="Choose a folder" folder onFiles={(files) => (folder.value = files)} />
        )}
      </fieldset>
      <div class="field">
        Size of the pictures
        <Segments
          name="side"
          legend="Size of the pictures"
          values={sides}
          value={side.value}
          disabled={!isIdle}
          onChange={(value) => (side.value = value)}
          text={(value) => `${value} px`}
        />
      </div>
      <div class="field">
        Steps
        <Segments
          name="steps"
          legend="Steps"
          values={stepChoices}
          value={steps.value}
          disabled={!isIdle}
          onChange={(value) => (steps.value = value)}
        />
      </div>
      <div class="actions">
        {isBusy ? (
          <HeldButton isMain isHeld={phase.value === 'preparing'} onClick={() => void attempt(pauseTraining)}>
            <Icon name="pause" />
            Pause
          </HeldButton>
        ) : (
          <HeldButton isMain type="submit" isHeld={phase.value === 'done'}>
            <Icon name="play" />
            {phase.value === 'paused' ? 'Go on' : 'Start'}
          </HeldButton>
        )}
        <HeldButton
          isHeld={isIdle || phase.value === 'preparing'}
          onClick={() => void attempt(resetTraining)}
        >
          <Icon name="reset" />
          Reset
        </HeldButton>
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
    <label class={`choice choice-${value}`}>
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
