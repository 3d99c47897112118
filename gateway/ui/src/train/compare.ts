// Which of two runs is better, by what, and whether the rows suffice to tell; what differs between two documents.

import type { Schemas } from "@/api/client";
import { type Json, type ModelDocument, valuesOf } from "@/document/model";

export type Run = Schemas["Run"];

export interface TestResult {
  rows: number;
  values: Record<string, number>;
  interval: Record<string, [number, number]>;
  baseline: Record<string, Record<string, number>>;
  classes: string[];
  confusion: number[][];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function numbersOf(value: unknown): Record<string, number> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, item]) => typeof item === "number")) as Record<
    string,
    number
  >;
}

/** The results of a test as the API gives them; null where there are none. */
export function testOf(results: Record<string, unknown> | null | undefined): TestResult | null {
  if (!results) return null;
  const { rows, ...values } = numbersOf(results);
  const interval = isRecord(results["interval"]) ? results["interval"] : {};
  const baseline = isRecord(results["baseline"]) ? results["baseline"] : {};
  return {
    rows: rows ?? 0,
    values,
    interval: interval as TestResult["interval"],
    baseline: Object.fromEntries(Object.entries(baseline).map(([name, item]) => [name, numbersOf(item)])),
    classes: (results["classes"] as string[] | undefined) ?? [],
    confusion: (results["confusion_matrix"] as number[][] | undefined) ?? [],
  };
}

const SMALLER = /loss|error|mae|mse|rmse|mape|msle|perplexity|divergence|deviance/;

/** Whether less is better, told by the name as Keras does it. */
export function lowerIsBetter(metric: string): boolean {
  return SMALLER.test(metric.toLowerCase());
}

/** The metric that runs are compared by: the first of their training component that the test knows, the loss last. */
export function primaryMetric(run: Run, metrics: readonly string[]): string | null {
  const test = testOf(run.test);
  const known = Object.keys(test?.values ?? {});
  const wanted = metrics.filter((name) => name !== "loss");
  return wanted.find((name) => known.includes(name)) ?? known[0] ?? null;
}

export type Verdict =
  | { kind: "better"; better: Run; worse: Run; metric: string; values: [number, number]; sure: boolean }
  | { kind: "equal"; metric: string; value: number }
  | { kind: "unknown"; reason: "noTest" | "otherData" | "otherMetric" };

/** Which of two ended runs is better, by the results on their test rows. */
export function verdict(left: Run, right: Run, metrics: readonly string[]): Verdict {
  const [one, two] = [testOf(left.test), testOf(right.test)];
  if (!one || !two) return { kind: "unknown", reason: "noTest" };
  if (left.dataset !== right.dataset || one.rows !== two.rows)
    return { kind: "unknown", reason: "otherData" };
  const metric = primaryMetric(left, metrics);
  const [a, b] = metric === null ? [] : [one.values[metric], two.values[metric]];
  if (metric === null || a === undefined || b === undefined)
    return { kind: "unknown", reason: "otherMetric" };
  if (a === b) return { kind: "equal", metric, value: a };
  const first = a < b === lowerIsBetter(metric);
  const [better, worse] = first ? [left, right] : [right, left];
  const ranges = [one.interval[metric], two.interval[metric]] as const;
  return {
    kind: "better",
    better,
    worse,
    metric,
    values: first ? [a, b] : [b, a],
    sure: apart(ranges[0], ranges[1]),
  };
}

function apart(one: [number, number] | undefined, two: [number, number] | undefined): boolean {
  return one !== undefined && two !== undefined && (one[1] < two[0] || two[1] < one[0]);
}

/** The best of the runs that were tested; the older one where two are equal. */
export function best(runs: readonly Run[], metrics: readonly string[]): Run | null {
  const tested = runs.filter((run) => run.test);
  const [oldest = null, ...later] = tested.toSorted((left, right) =>
    left.created.localeCompare(right.created),
  );
  return later.reduce((found, run) => (found && isBetter(run, found, metrics) ? run : found), oldest);
}

function isBetter(run: Run, than: Run, metrics: readonly string[]): boolean {
  const found = verdict(than, run, metrics);
  return found.kind === "better" && found.better === run;
}

export interface Difference {
  place: string;
  before: string;
  after: string;
}

const shown = (value: Json | undefined): string =>
  value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);

/** What differs between two documents in what they compute: settings, code, components, wires, data. */
export function differences(before: ModelDocument, after: ModelDocument): Difference[] {
  const found: Difference[] = [];
  const add = (place: string, one: Json | undefined, two: Json | undefined) => {
    if (JSON.stringify(one) !== JSON.stringify(two))
      found.push({ place, before: shown(one), after: shown(two) });
  };
  for (const id of new Set([...Object.keys(before.components), ...Object.keys(after.components)])) {
    const [one, two] = [before.components[id], after.components[id]];
    if (!one || !two) {
      add(id, one?.type, two?.type);
      continue;
    }
    const [values, others] = [valuesOf(one), valuesOf(two)];
    for (const name of new Set([...Object.keys(values), ...Object.keys(others)]))
      add(`${id}.${name}`, values[name], others[name]);
    if (one.code?.text !== two.code?.text) found.push({ place: `${id}.code`, before: "", after: "" });
  }
  const wires = ({ connections }: ModelDocument) => connections.map(({ from, to }) => `${from}>${to}`).sort();
  if (wires(before).join() !== wires(after).join())
    found.push({ place: "connections", before: "", after: "" });
  add("dataset", before.dataset?.source, after.dataset?.source);
  const split = ({ dataset }: ModelDocument): Json => (dataset ? { ...dataset.split } : null);
  add("split", split(before), split(after));
  return found;
}
