import { useEffect, useState } from 'preact/hooks';
import { generator, modelName, tokenizer } from '../engine/engine-client';
import type { SiteModel } from '../engine/site-models';
import { siteModels } from '../engine/site-models';
import { showProblem } from '../state/problem';
import { megabytes, quantity } from '../state/quantities';
import { inUse } from './models-state';

/** The models that are loaded, and those that come with the site. */
export function ModelsInUse() {
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
