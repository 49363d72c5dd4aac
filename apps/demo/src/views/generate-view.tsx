import { useEffect } from 'preact/hooks';
import { attempt, generator, tokenizer } from '../engine/engine-client';
import { ClassPicker } from '../components/class-picker';
import { Icon } from '../components/icons';
import type { NamedFile } from '../engine/engine-api';
import { LinkButton } from '../components/link-button';
import { useDroppedFiles } from '../components/open-files';
import { PassClock } from '../components/pass-clock';
import { PictureCanvas, savePicture } from '../components/picture-canvas';
import { SliderField } from '../components/slider-field';
import { Strip } from '../components/strip';
import { route } from '../state/address';
import { duration } from '../state/quantities';
import { formatRoute } from '../state/route';
import { tokensToText } from '../state/token-text';
import { bounds, counts, LARGEST_SEED, schedules } from './generate-settings';
import {
  cancel,
  change,
  chosen,
  generate,
  isRunning,
  levelTiming,
  openGenerate,
  progress,
  results,
  settings,
  singleTiming,
  wasCancelled,
} from './generate-state';
import { openFiles, SHIPPED_LEVELS } from './reconstruct-state';

/** Saved pictures have sides of about this many pixels. */
const SAVED_SIDE = 512;

/** There is nothing to do with a picture here: Reconstruct takes it apart. */
function takeApart(files: readonly NamedFile[]): void {
  location.hash = '#/reconstruct';
  void attempt(() => openFiles(files));
}

/** New pictures of a class, level by level. */
export function GenerateView() {
  const { settings: query } = route.value;
  useEffect(() => void attempt(() => openGenerate(query)), [query]);
  useDroppedFiles(takeApart);
  return (
    <div class="view view-generate">
      <h1>New pictures, level by level: first the gist, then the detail.</h1>
      <div class="studio">
        <Controls />
        <div class="studio-main">
          <Result />
          <PassClock levels={levelTiming.value} single={singleTiming.value} />
        </div>
      </div>
      <LastResults />
    </div>
  );
}

function Controls() {
  const now = settings.value;
  const facts = generator.value;
  return (
    <form
      class="card controls"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(generate);
      }}
    >
      <ClassPicker
        names={facts?.classNames ?? []}
        value={now.className}
        onChange={(className) => change({ className })}
      />
      <div class="field">
        <label for="seed">Seed</label>
        <div class="field-row">
          <input
            id="seed"
            type="number"
            min={0}
            max={LARGEST_SEED}
            step={1}
            value={now.seed}
            onInput={(event) => {
              const seed = event.currentTarget.valueAsNumber;
              if (Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) {
                change({ seed });
              }
            }}
          />
          <button
            type="button"
            class="icon-button"
            aria-label="Another seed"
            title="Another seed"
            onClick={() => change({ seed: Math.floor(Math.random() * 1e6) })}
          >
            <Icon name="dice" />
          </button>
        </div>
      </div>
      <fieldset class="segments">
        <legend class="visually-hidden">Number of pictures</legend>
        {counts.map((count) => (
          <label key={count}>
            <input
              type="radio"
              name="count"
              checked={count === now.count}
              onChange={() => change({ count })}
              aria-label={`${count} ${count === 1 ? 'picture' : 'pictures'}`}
            />
            <span>{count}</span>
          </label>
        ))}
      </fieldset>
      <details>
        <summary>How it draws</summary>
        <div class="controls">
          <SliderField
            label="Guidance: how strongly the class counts"
            {...bounds.guidance}
            step={0.25}
            value={now.guidance}
            disabled={facts?.canGuide === false}
            onChange={(guidance) => change({ guidance })}
          />
          <label class="field">
            Guidance over the passes
            <select
              value={now.schedule}
              onChange={(event) => change({ schedule: event.currentTarget.value })}
            >
              {schedules.map(([name, meaning]) => (
                <option key={name} value={name}>
                  {name}: {meaning}
                </option>
              ))}
            </select>
          </label>
          {(now.schedule === 'step' || now.schedule === 'rectangular') && (
            <SliderField
              label="Guided from this share on"
              {...bounds.scheduleStart}
              step={0.05}
              value={now.scheduleStart}
              onChange={(scheduleStart) => change({ scheduleStart })}
            />
          )}
          <SliderField
            label="Temperature: how daring"
            {...bounds.temperature}
            step={0.05}
            value={now.temperature}
            onChange={(temperature) => change({ temperature })}
          />
          <SliderField
            label="Top-p: how much of the likely"
            {...bounds.topP}
            step={0.01}
            value={now.topP}
            onChange={(topP) => change({ topP })}
          />
        </div>
      </details>
      {isRunning.value ? (
        <button type="button" class="button quiet-button" onClick={() => void attempt(cancel)}>
          Stop
        </button>
      ) : (
        <button type="submit" class="button">
          Generate
        </button>
      )}
    </form>
  );
}

function Result() {
  const step = progress.value;
  const levels = tokenizer.value?.levelSizes ?? SHIPPED_LEVELS;
  const picture = step?.pictures[chosen.value];
  const indices = step?.indices[chosen.value];
  const isComplete = step !== undefined && step.step + 1 === step.numSteps;
  const text =
    isComplete && indices !== undefined && tokenizer.value !== undefined
      ? tokensToText(indices, tokenizer.value.codebookSize)
      : undefined;
  const save = async (): Promise<void> => {
    if (picture !== undefined) {
      const name = `${settings.value.className.replaceAll('/', '-')}-${settings.value.seed}-${chosen.value + 1}.png`;
      await savePicture(picture, name, Math.max(1, Math.round(SAVED_SIDE / picture.side)));
    }
  };
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
        {settings.value.count > 1 && (
          <ul class="grid" style={{ '--columns': Math.sqrt(settings.value.count) }}>
            {Array.from({ length: settings.value.count }, (_, i) => (
              <li key={i}>
                <button
                  type="button"
                  class="grid-cell"
                  aria-pressed={i === chosen.value}
                  aria-label={`Picture ${i + 1} of ${settings.value.count}`}
                  onClick={() => (chosen.value = i)}
                >
                  <PictureCanvas picture={step?.pictures[i]} label="" />
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
      <Strip
        label="Latents by level"
        levelSizes={levels}
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
          <button
            type="button"
            class="button quiet-button"
            disabled={!isComplete}
            onClick={() => void attempt(save)}
          >
            <Icon name="save" />
            Save PNG
          </button>
          <LinkButton href={text === undefined ? undefined : formatRoute('reconstruct', { t: text })}>
            Take apart
          </LinkButton>
          <LinkButton href={text === undefined ? undefined : formatRoute('mix', { a: text })}>Mix</LinkButton>
        </div>
      </div>
    </div>
  );
}

function LastResults() {
  const facts = tokenizer.value;
  return (
    <section class="shelf" aria-label="Last results">
      <h2>Last results</h2>
      {results.value.length === 0 || facts === undefined ? (
        <p class="quiet">What you generate stays here until the page is closed.</p>
      ) : (
        <ul class="samples">
          {results.value.map(({ indices, picture, name }, i) => (
            <li key={results.value.length - i}>
              <a
                class="sample"
                href={formatRoute('reconstruct', { t: tokensToText(indices, facts.codebookSize) })}
                aria-label={`Take apart: ${name}`}
                title={name}
              >
                <PictureCanvas picture={picture} label="" />
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
