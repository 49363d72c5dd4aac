import { useEffect } from 'preact/hooks';
import { useDroppedFiles } from '../components/open-files';
import type { NamedFile } from '../engine/engine-api';
import { attempt } from '../state/problem';
import { megabytes } from '../state/quantities';
import { AnotherModel } from './models-another';
import { ModelsInUse } from './models-in-use';
import {
  address,
  emptyStore,
  found,
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
          <ModelsInUse />
          <Storage />
        </div>
        <AnotherModel onFiles={takeFiles} />
      </div>
    </div>
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
