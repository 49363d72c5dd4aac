import uPlot from 'uplot';
import type { AlignedData, Options } from 'uplot';
import type { Chart } from './curves';

const HEIGHT = 220;
/** Told apart on light and on dark ground. */
const COLORS = ['#3b82f6', '#e8590c', '#2f9e44', '#ae3ec9', '#d6336c', '#0c8599', '#f08c00', '#868e96'];

/** Draws the charts below an element; ones of the same form only get their new values. */
export class ChartPanel {
  private readonly drawn = new Map<string, { form: string; plot: uPlot }>();

  constructor(private readonly place: HTMLElement) {
    new ResizeObserver(() => this.resize()).observe(place);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.recolor());
  }

  show(charts: readonly Chart[]): void {
    for (const chart of charts) {
      const data = alignedData(chart);
      const isLogarithmic = chart.isLogarithmic && data.slice(1).every(isPositive);
      const form = JSON.stringify([isLogarithmic, chart.curves.map(({ name }) => name)]);
      const old = this.drawn.get(chart.title);
      if (old?.form === form) {
        old.plot.setData(data);
        continue;
      }
      const box = (old?.plot.root.parentElement as HTMLElement | undefined) ?? this.box(chart.title);
      old?.plot.destroy();
      const plot = new uPlot(this.options(chart, isLogarithmic, box), data, box);
      this.drawn.set(chart.title, { form, plot });
    }
  }

  private box(title: string): HTMLElement {
    const section = document.createElement('section');
    const heading = document.createElement('h2');
    heading.textContent = title;
    const box = document.createElement('div');
    section.append(heading, box);
    this.place.append(section);
    return box;
  }

  private options({ curves }: Chart, isLogarithmic: boolean, box: HTMLElement): Options {
    const axis = { stroke: () => color('--muted'), grid: { stroke: () => color('--line'), width: 1 } };
    return {
      width: Math.max(200, box.clientWidth),
      height: HEIGHT,
      scales: { x: { time: false }, y: isLogarithmic ? { distr: 3 } : {} },
      axes: [axis, { ...axis, size: 62, values: (_, ticks) => ticks.map(tickText) }],
      series: [
        { label: 'step' },
        ...curves.map(({ name }, i) => ({
          label: name,
          stroke: COLORS[i % COLORS.length]!,
          width: 1.5,
          spanGaps: true,
          value: (_: uPlot, value: number | null) =>
            value === null ? '–' : Number(value.toPrecision(4)).toString(),
        })),
      ],
    };
  }

  private resize(): void {
    for (const { plot } of this.drawn.values()) {
      plot.setSize({ width: Math.max(200, plot.root.parentElement!.clientWidth), height: HEIGHT });
    }
  }

  private recolor(): void {
    this.drawn.forEach(({ plot }) => plot.redraw());
  }
}

/** Curves over all steps that any of them has. */
function alignedData({ curves }: Chart): AlignedData {
  const steps = [...new Set(curves.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
  const columns = curves.map((curve) => {
    const values = new Map(curve.steps.map((step, i) => [step, curve.values[i]!]));
    return steps.map((step) => values.get(step) ?? null);
  });
  return [steps, ...columns];
}

function isPositive(values: ArrayLike<number | null | undefined>): boolean {
  return Array.from(values).every((value) => value === null || value === undefined || value > 0);
}

/** No text for ticks that a logarithmic axis leaves out. */
function tickText(value: number | null): string {
  if (value === null) {
    return '';
  }
  return value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(0)
    : Number(value.toPrecision(3)).toString();
}

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}
