import { useEffect, useState } from 'preact/hooks';
import { attempt, download, generator, modelName, tokenizer } from '../engine/engine-client';
import type { NamedFile } from '../engine/engine-api';
import type { SiteModel } from '../engine/site-models';
import { siteModels } from '../engine/site-models';
import { Icon } from '../components/icons';
import { filesOfInput, useDroppedFiles } from '../components/open-files';
import { focusMain } from '../state/focus';
import { showProblem } from '../state/problem';
import { megabytes, quantity } from '../state/quantities';
import {
  address,
  cancelLoad,
  emptyStore,
  found,
  inUse,
  isLooking,
  loadFound,
  lookAtAddress,
  lookAtFiles,
  measureStore,
  storedBytes,
} from './models-state';

const takeFiles = (files: readonly NamedFile[]): void => void attempt(() => lookAtFiles(files));

/** Which models are in use, and how to use another. */
export function ModelsView() {
  useDroppedFiles(takeFiles);
  useEffect(() => {
    void measureStore();
    if (address.value !== '' && found.value === undefined) {
      void attempt(lookAtAddress);
    }
  }, []);
  return (
    <div class="view view-models">
      <h1>The models on this page, and yours.</h1>
      <div class="columns">
        <div class="stack">
          <Shipped />
          <Storage />
        </div>
        <Another />
      </div>
    </div>
  );
}

function Shipped() {
  const [models, setModels] = useState<readonly SiteModel[]>([]);
  useEffect(() => {
    siteModels().then(setModels, showProblem);
  }, []);
  const used = inUse.value;
  return (
    <section class="card stack" aria-label="In use">
      <h2>In use</h2>
      <dl class="figures figures-in-use">
        <div>
          <dt>Tokenizer</dt>
          <dd data-testid="tokenizer-in-use">
            {used.tokenizer ?? modelName.value}
            {tokenizer.value === undefined
              ? ' (loads with the first picture)'
              : `: ${quantity(tokenizer.value.numParameters)} weights, ${tokenizer.value.numLatents} latents of ${quantity(tokenizer.value.codebookSize)} codes, ${tokenizer.value.side} x ${tokenizer.value.side}`}
          </dd>
        </div>
        <div>
          <dt>Generator</dt>
          <dd data-testid="generator-in-use">
            {used.generator ?? modelName.value}
            {generator.value === undefined
              ? ' (loads with the first generation)'
              : `: ${quantity(generator.value.numParameters)} weights, ${generator.value.classNames.length} classes, ${generator.value.numPasses} passes`}
          </dd>
        </div>
      </dl>
      <div class="quiet site-models">
        {models.map((model) => (
          <p key={model.name}>
            With the site comes {model.name}: tokenizer {megabytes(model.tokenizerBytes)}
            {model.generatorBytes === undefined
              ? ', no generator'
              : `, generator ${megabytes(model.generatorBytes)}`}
            .
          </p>
        ))}
      </div>
    </section>
  );
}

function Storage() {
  return (
    <section class="card stack" aria-label="Storage">
      <h2>Kept in this browser</h2>
      <p>
        {storedBytes.value === undefined ? 'Not known' : megabytes(storedBytes.value)}
        <br />
        <span class="quiet">Downloaded models and the page itself, so that it works offline.</span>
      </p>
      <div class="actions">
        <button type="button" class="button quiet-button" onClick={() => void attempt(emptyStore)}>
          Forget downloaded models
        </button>
      </div>
    </section>
  );
}

function Another() {
  return (
    <section class="card stack" aria-label="Another model">
      <h2>Another model</h2>
      <p class="quiet">
        A folder with config.json and model.safetensors, of a tokenizer or of a generator: drop it here, or
        its zip. Where restok export has put ONNX files beside them, ONNX Runtime can run it, too.
      </p>
      <div class="actions">
        <label class="button quiet-button">
          <Icon name="open" />
          Choose a folder
          <input
            type="file"
            class="visually-hidden"
            ref={(input) => input?.setAttribute('webkitdirectory', '')}
            onChange={(event) => takeFiles(filesOfInput(event.currentTarget))}
          />
        </label>
        <label class="button quiet-button">
          <Icon name="open" />
          Choose files or a zip
          <input
            type="file"
            multiple
            accept=".zip,.json,.safetensors,.yaml,.yml,.onnx,.data"
            class="visually-hidden"
            data-testid="model-files"
            onChange={(event) => takeFiles(filesOfInput(event.currentTarget))}
          />
        </label>
      </div>
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(lookAtAddress);
        }}
      >
        <label for="model-address">Address of its folder, or owner/name on Hugging Face</label>
        <div class="field-row">
          <input
            id="model-address"
            type="text"
            inputMode="url"
            autoCapitalize="none"
            autoComplete="off"
            spellcheck={false}
            required
            placeholder="https://host/model or owner/name"
            value={address.value}
            onInput={(event) => (address.value = event.currentTarget.value)}
          />
          <button type="submit" class="button quiet-button">
            Look
          </button>
        </div>
      </form>
      <Found />
    </section>
  );
}

/** Loads what was found, which then stands under "In use"; the focus does not go with it. */
async function use(): Promise<void> {
  await attempt(loadFound);
  if (document.activeElement === document.body) {
    focusMain();
  }
}

function Found() {
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
