import { useEffect } from 'preact/hooks';
import { attempt } from '../engine/engine-client';
import { Icon } from '../components/icons';
import { LossChart } from '../components/loss-chart';
import { filesOfInput } from '../components/open-files';
import { PictureCanvas } from '../components/picture-canvas';
import { duration, quantity } from '../state/quantities';
import type { SourceChoice } from './train-state';
import {
  askForEmoji,
  folder,
  hasEmoji,
  history,
  pauseTraining,
  phase,
  resetTraining,
  saveTrained,
  secondsPerStep,
  setup,
  side,
  source,
  startTraining,
  steps,
  useTrained,
  wall,
} from './train-state';

const sides = [32, 64] as const;
const stepChoices = [100, 300, 1000, 3000] as const;
/** The error that is shown is a mean over this many steps. */
const SMOOTHED = 10;

/** A tokenizer that learns in this tab. */
export function TrainView() {
  useEffect(() => void attempt(askForEmoji), []);
  return (
    <div class="view view-train">
      <h1>Train a small tokenizer, here in this tab.</h1>
      <div class="studio">
        <Bench />
        <div class="studio-main">
          <Numbers />
          <section class="card" aria-label="Curve">
            <LossChart
              values={history.value.map(({ reconstructionLoss }) => reconstructionLoss)}
              label="Reconstruction error"
              maxSteps={steps.value}
            />
          </section>
          <Wall />
        </div>
      </div>
    </div>
  );
}

function Bench() {
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
        <Choice
          value="device emoji"
          text={
            hasEmoji.value === false ? 'Emoji of this device (it has none in colour)' : 'Emoji of this device'
          }
          disabled={hasEmoji.value !== true}
        />
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

function Numbers() {
  const reports = history.value;
  const recent = reports.slice(-SMOOTHED);
  const error =
    recent.length === 0
      ? undefined
      : recent.reduce((sum, { reconstructionLoss }) => sum + reconstructionLoss, 0) / recent.length;
  const used = reports.findLast(({ codebookUsage }) => codebookUsage !== undefined)?.codebookUsage;
  const seconds = secondsPerStep.value;
  const batch = setup.value?.batch ?? 0;
  return (
    <section class="train-numbers facts" aria-label="Numbers">
      <dl>
        <div>
          <dt>Reconstruction error</dt>
          <dd data-testid="error">{error === undefined ? '–' : error.toPrecision(3)}</dd>
          <dd class="note">
            {error === undefined ? 'Mean squared' : `${(-10 * Math.log10(error)).toFixed(1)} dB`}
          </dd>
        </div>
        <div>
          <dt>Codebook in use</dt>
          <dd data-testid="usage-share">{used === undefined ? '–' : `${Math.round(used * 100)} %`}</dd>
          <dd class="note">
            {setup.value === undefined ? 'Of all codes' : `Of ${setup.value.codebookSize} codes`}
          </dd>
        </div>
        <div>
          <dt>Pictures a second</dt>
          <dd>{seconds === undefined ? '–' : (batch / seconds).toFixed(1)}</dd>
          <dd class="note">
            {seconds === undefined ? 'Measured here' : `${duration(seconds * 1000)} a step`}
          </dd>
        </div>
      </dl>
      <p class="quiet" data-testid="train-status">
        {statusText()}
      </p>
    </section>
  );
}

function statusText(): string {
  const done = history.value.length;
  const seconds = secondsPerStep.value;
  const about = setup.value;
  const skipped = about === undefined || about.numSkipped === 0 ? '' : `, ${about.numSkipped} files are none`;
  const model =
    about === undefined
      ? ''
      : ` ${about.numPictures} pictures${skipped}; ${quantity(about.numParameters)} weights, ${about.numLatents} latents.`;
  switch (phase.value) {
    case 'idle':
      return 'How long it takes is told after the first steps: between one and thirty minutes on most devices.';
    case 'preparing':
      return 'Reading the pictures and making the model.';
    case 'running':
      return `Step ${done} of ${steps.value}${seconds === undefined ? '' : `, about ${duration((steps.value - done) * seconds * 1000)} left`}.${model}`;
    case 'paused':
      return `Paused after step ${done} of ${steps.value}.${model}`;
    case 'done':
      return `Done: ${done} steps.${model}`;
  }
}

function Wall() {
  return (
    <section class="stack" aria-label="Before and after">
      <h2>Before and after</h2>
      {wall.value.length === 0 ? (
        <p class="quiet wall-empty">
          Pictures of the data and what the model makes of them, every ten steps.
        </p>
      ) : (
        <ul class="wall">
          {wall.value.map(({ before, after }, i) => (
            <li key={i}>
              <PictureCanvas picture={before} label={`Picture ${i + 1}`} />
              <PictureCanvas
                picture={after}
                label={`Picture ${i + 1} from its latents`}
                testId={`after-${i}`}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
