// The one wrapper around uPlot: lines over epochs, drawn again when data, size or theme change.

import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "@/app/theme";
import { figure } from "@/text/text";
import styles from "./chart.module.css";
import { aligned, type Point } from "./curves";

export interface Line {
  name: string;
  points: readonly Point[];
  look: "training" | "validation" | "previous" | "best";
}

interface ChartProps {
  /** What a screen reader says: the numbers in a sentence. */
  label: string;
  lines: readonly Line[];
  log: boolean;
  /** The place under the cursor, in any of the charts; null when it leaves. */
  onCursor?: (x: number | null) => void;
}

const LOOKS: Record<Line["look"], { color: string; dash?: number[]; width: number }> = {
  training: { color: "--category-data", width: 2 },
  validation: { color: "--category-operations", dash: [6, 4], width: 2 },
  previous: { color: "--line-strong", dash: [2, 3], width: 1.5 },
  best: { color: "--line-strong", width: 1.5 },
};

const SYNC = uPlot.sync("train").key;

export function Chart({ label, lines, log, onCursor }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const theme = useTheme((state) => state.shown);
  const cursor = useRef(onCursor);
  cursor.current = onCursor;
  const current = useRef(lines);
  current.current = lines;
  const looks = lines.map((line) => line.look).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: other colours and other lines are another chart.
  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const made = new uPlot(
      optionsOf(parent, current.current, log, (x) => cursor.current?.(x)),
      dataOf(current.current, log),
      parent,
    );
    chart.current = made;
    const watcher = new ResizeObserver(() => made.setSize(sizeOf(parent)));
    watcher.observe(parent);
    return () => {
      watcher.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [theme, log, looks]);
  useEffect(() => chart.current?.setData(dataOf(lines, log)), [lines, log]);
  return <div ref={place} className={styles["chart"]} role="img" aria-label={label} />;
}

function dataOf(lines: readonly Line[], log: boolean): uPlot.AlignedData {
  const lists = lines.map(({ points }) =>
    // There is no logarithm of what is not positive.
    log ? points.map(([x, y]): Point => [x, y !== null && y > 0 ? y : null]) : points,
  );
  return aligned(lists) as uPlot.AlignedData;
}

const numbersIn = (column: uPlot.AlignedData[number] | undefined): number =>
  column ? [...column].filter((value) => value != null).length : 0;

const sizeOf = (parent: HTMLElement) => ({
  width: Math.max(parent.clientWidth, 80),
  height: Math.max(parent.clientHeight, 60),
});

function optionsOf(
  parent: HTMLElement,
  lines: readonly Line[],
  log: boolean,
  onCursor: (x: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(parent);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: color("--fg-3"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
    font: `11px ${style.fontFamily}`,
  };
  return {
    ...sizeOf(parent),
    padding: [8, 12, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: (_, low, high) => [Math.min(low, 0), Math.max(high, 1)] },
      y: { distr: log ? 3 : 1 },
    },
    axes: [
      { ...axis, size: 24, gap: 4, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] },
      {
        ...axis,
        size: 52,
        gap: 6,
        values: (_, values) => values.map((value) => (value === null ? "" : figure(value))),
      },
    ],
    cursor: { sync: { key: SYNC }, drag: { x: false, y: false }, points: { size: 6 } },
    hooks: {
      setCursor: [
        (plot) => onCursor(plot.cursor.idx == null ? null : (plot.data[0][plot.cursor.idx] ?? null)),
      ],
    },
    series: [
      {},
      ...lines.map(({ look }): uPlot.Series => {
        const { color: name, dash, width } = LOOKS[look];
        return {
          stroke: color(name),
          width,
          spanGaps: true,
          // One point makes no line yet.
          points: { show: (plot, index) => numbersIn(plot.data[index]) === 1, size: 5, fill: color(name) },
          ...(dash ? { dash } : {}),
        };
      }),
    ],
  };
}
