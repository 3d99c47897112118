// The dataset that the open model reads, and how many rows each part of it has.

import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { queries } from "@/api/queries";
import type { DatasetReference, Split } from "@/document/model";

/** The dataset that a model reads: by the hash of its content, or by its name where the model knows no hash. */
export function useDataset(reference: DatasetReference | null): Schemas["Dataset"] | undefined {
  const named = (reference?.source ?? "").replace(/^dataset:/, "");
  const hashed = useQuery({ ...queries.dataset(reference?.hash ?? ""), enabled: Boolean(reference?.hash) });
  const sourced = useQuery({
    ...queries.dataset(named),
    enabled: named !== "" && (!reference?.hash || hashed.isError),
  });
  return hashed.data ?? sourced.data;
}

/** How many rows of a dataset a part has, as the generated code divides them. */
export function rowsOf(split: Split, part: "train" | "validation" | "test", rows: number): number {
  const train = halfToEven(split.train * rows);
  const validation = Math.min(halfToEven(split.validation * rows), rows - train);
  return { train, validation, test: rows - train - validation }[part];
}

/** Python's `round`, for what is not negative. */
function halfToEven(value: number): number {
  const near = Math.round(value);
  return near - value === 0.5 && near % 2 === 1 ? near - 1 : near;
}
