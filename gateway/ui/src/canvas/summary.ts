// The one line of a component that says how it is set: what was chosen or suggested, not what is as always.

import type { ComponentType } from "@/app/workspace";
import { type Component, type Json, valuesOf } from "@/document/model";
import { figure } from "@/text/text";

const MOST = 4;

export function summaryOf(component: Component, type: ComponentType | undefined): string {
  const values = valuesOf(component);
  const order = Object.keys(
    (type?.settings_schema["properties"] as Record<string, unknown> | undefined) ?? values,
  );
  const rank = (name: string) => (name in component.settings ? 0 : 1) * 1000 + order.indexOf(name);
  return Object.keys(values)
    .sort((left, right) => rank(left) - rank(right))
    .map((name) => valueText(name, values[name] ?? null))
    .filter(Boolean)
    .slice(0, MOST)
    .join(" · ");
}

function valueText(name: string, value: Json): string {
  if (value === true) return name.replaceAll("_", " ");
  if (value === false || value === null) return "";
  if (typeof value === "number") return figure(value);
  if (Array.isArray(value)) return value.every((item) => typeof item === "number") ? value.join("×") : "";
  return typeof value === "string" ? value.replaceAll("_", " ") : "";
}
