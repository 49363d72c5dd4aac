import { render } from 'preact';
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/buttons.css';
import './style/fields.css';
import './style/panels.css';
import './style/strip.css';
import './style/stage.css';
import './style/generate.css';
import './style/mix.css';
import './style/models.css';
import './style/inside.css';
import './style/train.css';
import { App } from './app';
import { keepGenerator } from './engine/keep-generator';
import { applyTheme } from './state/theme';

applyTheme();
render(<App />, document.getElementById('app')!);

// Works offline from the second visit on; where that is not to be had the page works as well.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  addEventListener('load', () => {
    navigator.serviceWorker
      .register('./sw.js', { scope: './' })
      .then(keepGenerator)
      .catch(() => undefined);
  });
}
