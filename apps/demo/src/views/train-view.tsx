import { useEffect } from 'preact/hooks';
import { LossChart } from '../components/loss-chart';
import { useDroppedFiles } from '../components/open-files';
import { PictureCanvas } from '../components/picture-canvas';
import { route } from '../state/address';
import { attempt } from '../state/problem';
import { duration, quantity } from '../state/quantities';
import type { NamedFile } from '../engine/engine-api';
import { WALL_SIZE } from '../engine/train-api';
import { Bench } from './train-bench';
import {
  history,
  openTrain,
  phase,
  readSite,
  secondsPerStep,
  setup,
  source,
  steps,
  takePictures,
  wall,
} from './train-state';

/** The error that is shown is a mean over this many steps. */
const SMOOTHED = 10;

const takeFiles = (files: readonly NamedFile[]): void => void attempt(async () => takePictures(files));

/** A tokenizer that learns in this tab. */
export function TrainView() {
  const { settings } = route.value;
  useEffect(() => void attempt(readSite), []);
  useEffect(() => openTrain(settings), [settings]);
  useDroppedFiles(takeFiles);
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
      return source.value === 'emoji'
        ? 'Downloading the emoji set and making the model.'
        : 'Reading the pictures and making the model.';
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
      <p class="quiet">Pictures of the data and what the model makes of them, every ten steps.</p>
      {wall.value.length === 0 ? (
        <ul class="wall" aria-hidden="true">
          {Array.from({ length: WALL_SIZE }, (_, i) => (
            <li key={i}>
              <PictureCanvas picture={undefined} label="" />
              <PictureCanvas picture={undefined} label="" />
            </li>
          ))}
        </ul>
      ) : (
        <ul class="wall">
          {wall.value.map(({ before, after }, i) => (
            <li key={i}>
              <PictureCanvas picture={before} label={`Picture ${i + 1}`} testId={`before-${i}`} />
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
