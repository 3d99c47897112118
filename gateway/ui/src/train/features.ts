// What a row for a trained model must hold: the columns that lead to its predictions.

import type { Schemas } from "@/api/client";
import { endOf, type ModelDocument, valuesOf } from "@/document/model";

export type Profile = Schemas["Dataset"]["features"][string];
export type Row = Record<string, string | number>;

/** The columns that the model reads to predict, in the order of their names; not those that it predicts. */
export function inputFeatures(document: ModelDocument): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (id: string) => {
    if (seen.has(id)) return;
    seen.add(id);
    const component = document.components[id];
    const feature = component && valuesOf(component)["feature"];
    if (typeof feature === "string") found.add(feature);
    for (const { from, to } of document.connections)
      if (endOf(to).component === id) visit(endOf(from).component);
  };
  for (const { from, to } of document.connections)
    if (/^predictions(_\d+)?$/.test(endOf(to).port)) visit(endOf(from).component);
  return [...found].sort();
}

/** A first value for each column: the mean, or the first class; a picture has none. */
export function firstRow(features: readonly string[], profiles: Record<string, Profile>): Row {
  const row: Row = {};
  for (const name of features) {
    const { type, statistics = {} } = profiles[name] ?? {};
    if (type === "image") continue;
    const [first] = (statistics["classes"] as string[] | undefined) ?? [];
    if (type === "categorical" || type === "binary") row[name] = first ?? "";
    else row[name] = Number(Number(statistics["mean"] ?? 0).toPrecision(4));
  }
  return row;
}
