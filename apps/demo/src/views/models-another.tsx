import { FileButton } from '../components/file-button';
import type { NamedFile } from '../engine/engine-api';
import { attempt } from '../state/problem';
import { FoundModelCard } from './models-found';
import { address, lookAtAddress } from './models-state';

/** Ways to point at another model: a folder, files, an address. */
export function AnotherModel({ onFiles }: { readonly onFiles: (files: readonly NamedFile[]) => void }) {
  return (
    <section class="card stack" aria-label="Another model">
      <h2>Another model</h2>
      <p class="quiet">
        A folder with config.json and model.safetensors, of a tokenizer or of a generator: drop it here, or
        its zip. Where restok export has put ONNX files beside them, ONNX Runtime can run it, too.
      </p>
      <div class="actions">
        <FileButton text="Choose a folder" folder onFiles={onFiles} />
        <FileButton
          text="Choose files or a zip"
          multiple
          accept=".zip,.json,.safetensors,.yaml,.yml,.onnx,.data"
          data-testid="model-files"
          onFiles={onFiles}
        />
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
      <FoundModelCard />
    </section>
  );
}
