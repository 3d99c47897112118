// What a new model reads and predicts, as it is being chosen. No React in here.

import type { Schemas } from "@/api/client";
import { shortNumber, text } from "@/text/text";
import "./texts";

type Dataset = Schemas["Dataset"];

export type Role = "input" | "target" | "none";

export interface Plan {
  roles: Record<string, Role>;
  /** Types that differ from those of the dataset. */
  types: Record<string, string>;
  /** Shares of the rows in percent. */
  split: { train: number; validation: number; test: number; seed: number };
}

/** The plan to begin with: what the dataset says is to be predicted, from all the rest that can tell anything. */
export function firstPlan(dataset: Dataset): Plan {
  const targets = new Set(dataset.targets);
  const constant = (name: string) => dataset.features[name]?.statistics["unique"] === 1;
  const role = (name: string): Role => (targets.has(name) ? "target" : constant(name) ? "none" : "input");
  return {
    roles: Object.fromEntries(Object.keys(dataset.features).map((name) => [name, role(name)])),
    types: {},
    split: { train: 70, validation: 20, test: 10, seed: 123 },
  };
}

export function columnsOf(plan: Plan, role: Role): string[] {
  return Object.entries(plan.roles).flatMap(([name, found]) => (found === role ? [name] : []));
}

/** Why the split cannot be used; null where it can. */
export function splitTrouble({ split }: Plan): string | null {
  const sum = split.train + split.validation + split.test;
  const bad = Math.abs(sum - 100) > 1e-9 || split.train <= 0 || split.validation < 0 || split.test < 0;
  return bad ? text("dataset.new.split.bad") : null;
}

/** What is asked of the server; null while something is missing or wrong. */
export function requestOf(dataset: string, plan: Plan): Schemas["SuggestRequest"] | null {
  const inputs = columnsOf(plan, "input");
  const targets = columnsOf(plan, "target");
  if (!inputs.length || !targets.length || splitTrouble(plan)) return null;
  const { train, validation, test, seed } = plan.split;
  return {
    dataset,
    inputs,
    targets,
    types: plan.types,
    split: { train: train / 100, validation: validation / 100, test: test / 100, seed },
  };
}

/** The plan with another type for a column; its own type again is no change. */
export function withType(plan: Plan, dataset: Dataset, name: string, type: string): Plan {
  const { [name]: _, ...types } = plan.types;
  return { ...plan, types: dataset.features[name]?.type === type ? types : { ...types, [name]: type } };
}

/** What a model of a plan does, in a sentence. */
export function sentence(plan: Plan): string {
  const inputs = columnsOf(plan, "input");
  const fill = { targets: columnsOf(plan, "target").join(", "), inputs: inputs.join(", ") };
  return text("dataset.new.says", { count: inputs.length, ...fill });
}

type Statistics = Record<string, unknown>;

const number = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);
const SHOWN = 4;

/** The heights of the bars that show how the values of a column are distributed, the highest 1. */
export function barsOf(statistics: Statistics): number[] {
  const counts = statistics["histogram"] ?? statistics["class_counts"];
  if (!Array.isArray(counts)) return [];
  const heights = counts.slice(0, 24).map(number).filter(Number.isFinite);
  const highest = Math.max(...heights, 1);
  return heights.map((height) => height / highest);
}

/** A column's values in a few words. */
export function valuesText(statistics: Statistics, show: (value: number) => string): string {
  const { classes } = statistics;
  if (Array.isArray(classes)) {
    const names = classes.slice(0, SHOWN).map(String).join(", ") + (classes.length > SHOWN ? ", …" : "");
    return text("dataset.classes", { count: number(statistics["unique"]) || classes.length, names });
  }
  if ("height" in statistics) {
    const sizes = { width: number(statistics["width"]), height: number(statistics["height"]) };
    return text("dataset.image", { ...sizes, channels: shortNumber(number(statistics["channels"])) });
  }
  if (Number.isFinite(number(statistics["min"]))) {
    const fill = (name: string) => show(number(statistics[name]));
    return text("dataset.range", { min: fill("min"), max: fill("max"), mean: fill("mean") });
  }
  return text("dataset.unique", { count: number(statistics["unique"]) || 0 });
}
