import { signal } from '@preact/signals';
import type { EngineName } from './engine-api';
import { engineNames } from './engine-api';

const KEY = 'engine';

/** What should run models that ONNX Runtime can run, too; `?engine=onnx` in the address asks for it. */
export const engineChoice = signal<EngineName>(chosenIn(location.search));

function chosenIn(search: string): EngineName {
  const asked = new URLSearchParams(search).get(KEY);
  return engineNames.find((name) => name === asked) ?? engineNames[0];
}

/** Keeps a choice, also in the address. */
export function rememberEngine(name: EngineName): void {
  engineChoice.value = name;
  const url = new URL(location.href);
  if (name === engineNames[0]) {
    url.searchParams.delete(KEY);
  } else {
    url.searchParams.set(KEY, name);
  }
  history.replaceState(history.state, '', url);
}
