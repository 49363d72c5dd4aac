import 'uplot/dist/uPlot.min.css';
import './page.css';
import type { RunStatus } from '../dashboard-server';
import type { LogEntry } from '../run-reader';
import { chartsOf } from './curves';
import { ChartPanel } from './draw-charts';

const find = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const charts = new ChartPanel(find('curves'));
let entries: LogEntry[] = [];
let samples: string[] = [];

function showStatus(status: RunStatus): void {
  find('title').textContent = document.title = status.title;
  const newest = entries.at(-1)?.step ?? 0;
  const { step = newest, maxSteps, numParameters, picturesPerSecond, secondsLeft } = status;
  find('state').textContent =
    maxSteps === undefined
      ? `step ${step}, not running`
      : step >= maxSteps
        ? `all ${maxSteps} steps are done`
        : `step ${step} of ${maxSteps}`;
  const bar = find<HTMLProgressElement>('progress');
  bar.hidden = maxSteps === undefined;
  bar.value = maxSteps === undefined ? 0 : step / maxSteps;
  const figures: [string, string | undefined][] = [
    ['left', secondsLeft === undefined ? undefined : durationText(secondsLeft)],
    ['pictures/s', picturesPerSecond?.toFixed(1)],
    ['parameters', numParameters === undefined ? undefined : `${(numParameters / 1e6).toFixed(2)} M`],
  ];
  find('figures').replaceChildren(
    ...figures.flatMap(([name, value]) => (value === undefined ? [] : [figure(name, value)])),
  );
}

function figure(name: string, value: string): HTMLElement {
  const [box, term, text] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
  term!.textContent = name;
  text!.textContent = value;
  box!.append(term!, text!);
  return box!;
}

function durationText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const parts = minutes >= 60 ? [Math.floor(minutes / 60), 'h', minutes % 60, 'min'] : [minutes, 'min'];
  return minutes === 0 ? `${Math.round(seconds)} s` : parts.join(' ');
}

/** New samples are shown at once, unless somebody looks at older ones. */
function showSamples(names: string[]): void {
  const choice = find<HTMLInputElement>('pictures-choice');
  const wasNewest = samples.length === 0 || Number(choice.value) === samples.length - 1;
  samples = names;
  find('pictures').hidden = names.length === 0;
  choice.max = String(names.length - 1);
  choice.hidden = names.length < 2;
  if (wasNewest || Number(choice.value) >= names.length) {
    choice.value = choice.max;
  }
  showSample();
}

function showSample(): void {
  const name = samples[Number(find<HTMLInputElement>('pictures-choice').value)];
  if (name === undefined) {
    return;
  }
  const step = Number(/\d+/.exec(name)?.[0]);
  const image = find<HTMLImageElement>('pictures-image');
  find('pictures-step').textContent = `at step ${step}`;
  image.src = find<HTMLAnchorElement>('pictures-link').href = `/samples/${name}`;
  image.alt = `Sample pictures of step ${step}`;
  const isTokenizer = entries.some((entry) => 'reconstructionLoss' in entry);
  find('pictures-note').textContent = isTokenizer
    ? 'Left the original, then its reconstruction from more and more latents.'
    : '';
}

function showEntries(): void {
  charts.show(chartsOf(entries));
  showSample();
}

let status: RunStatus = { title: 'Training' };
const events = new EventSource('/events');
const on = <T>(event: string, use: (data: T) => void): void =>
  events.addEventListener(event, ({ data }: MessageEvent<string>) => use(JSON.parse(data) as T));
on<RunStatus>('status', (news) => showStatus((status = news)));
on<LogEntry[]>('history', (all) => {
  entries = all;
  showEntries();
  showStatus(status);
});
on<LogEntry[]>('entries', (more) => {
  entries.push(...more);
  showEntries();
});
on<string[]>('samples', showSamples);
events.addEventListener('error', () => {
  find('state').textContent = 'The trainer has stopped, or is not reachable.';
});
find('pictures-choice').addEventListener('input', showSample);
