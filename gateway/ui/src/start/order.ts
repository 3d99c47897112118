// Which models a list shows, and in which order.

import type { Schemas } from "@/api/client";

type Model = Schemas["Model"];

export interface Sorting {
  by: "name" | "size" | "run" | "updated";
  ascending: boolean;
}

const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const COMPARE: Record<Sorting["by"], (one: Model, other: Model) => number> = {
  name: (one, other) => names.compare(one.name, other.name),
  size: (one, other) => one.component_count - other.component_count,
  run: (one, other) => (one.last_run?.created ?? "").localeCompare(other.last_run?.created ?? ""),
  updated: (one, other) => one.updated.localeCompare(other.updated),
};

/** The models whose name or result has all words of a search, in the order that was asked for. */
export function ordered(models: readonly Model[], search: string, { by, ascending }: Sorting): Model[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = models.filter((model) => {
    const about = `${model.name} ${model.id}`.toLowerCase();
    return words.every((word) => about.includes(word));
  });
  const compare = COMPARE[by];
  return found.sort((one, other) => (ascending ? compare(one, other) : compare(other, one)));
}
