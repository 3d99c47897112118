// A run in a few words.

import type { Schemas } from "@/api/client";
import { figure } from "@/text/text";

export type LastRun = NonNullable<Schemas["Model"]["last_run"]>;

/** Metrics that are shares of one, and read better as percent. */
const SHARES = /(^|_)(accuracy|precision|recall|f1|auc|top_\d+_accuracy)$/;
const FIRST = ["accuracy", "r2", "rmse", "mae", "val_accuracy", "val_loss", "loss"];

/** A metric's value as people read it. */
export function metricText(name: string, value: number): string {
  return SHARES.test(name) ? `${figure(Math.round(value * 1000) / 10)} %` : figure(value);
}

/** What a metric is called: `val_accuracy` is the accuracy of the validation rows. */
export function metricName(name: string): string {
  const plain = name.replace(/^val_/, "").replaceAll("_", " ");
  return plain === "r2" ? "R²" : plain === "rmse" || plain === "mae" ? plain.toUpperCase() : plain;
}

/** The figure that says most of a run: of its test where there was one, else of its training. */
export function mainMetric(run: LastRun): { name: string; value: number; tested: boolean } | null {
  for (const [figures, tested] of [[run.test, true] as const, [run.metrics, false] as const]) {
    const name = FIRST.find((candidate) => typeof figures[candidate] === "number");
    if (name) return { name, value: Number(figures[name]), tested };
  }
  return null;
}
