import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'preact/hooks';
import { colours } from '../state/theme';

/** The curve of a number over steps. */
export function LossChart({
  values,
  label,
  maxSteps,
}: {
  readonly values: readonly number[];
  readonly label: string;
  /** Where the axis of steps ends. */
  readonly maxSteps: number;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const shown = colours.value;
  useEffect(() => {
    const element = holder.current!;
    const style = getComputedStyle(element);
    const axis: uPlot.Axis = {
      stroke: style.getPropertyValue('color'),
      grid: { stroke: style.getPropertyValue('border-top-color'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui, sans-serif',
    };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: element.clientHeight,
        legend: { show: false },
        padding: [8, 12, 0, 0],
        cursor: { show: false },
        scales: { x: { time: false, range: () => [0, maxSteps] }, y: { distr: 3 } },
        axes: [
          { ...axis, size: 24 },
          { ...axis, size: 44 },
        ],
        series: [
          {},
          {
            label,
            stroke: style.getPropertyValue('outline-color'),
            width: 2,
            points: { show: false },
          },
        ],
      },
      [[], []],
      element,
    );
    chart.current = made;
    const follow = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    follow.observe(element);
    return () => {
      follow.disconnect();
      made.destroy();
    };
  }, [shown, maxSteps, label]);
  useEffect(() => {
    chart.current?.setData([values.map((_, i) => i + 1), [...values]]);
  }, [values, shown, maxSteps]);
  const last = values.at(-1);
  return (
    <div
      class="chart"
      ref={holder}
      role="img"
      aria-label={`${label} over the steps${last === undefined ? '' : `, now ${last.toPrecision(3)}`}`}
    />
  );
}
