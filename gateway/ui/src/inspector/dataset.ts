// Changes of the dataset that a model reads. No React in here.

import type { Edit } from "@/document/edits";
import type { DatasetReference, ModelDocument } from "@/document/model";

export function changeDataset(change: (reference: DatasetReference) => DatasetReference): Edit {
  return (document) => (document.dataset ? { ...document, dataset: change(document.dataset) } : document);
}

export interface Offered {
  id: string;
  hash: string;
  table?: string;
  features: Record<string, { type: string; types: string[] }>;
}

/** The columns that the model reads now. */
export function columnsRead(document: ModelDocument): string[] {
  const features = Object.values(document.components).map((component) => component.settings["feature"]);
  return [...new Set(features.filter((name): name is string => typeof name === "string"))];
}

/** The column of another dataset that stands for one of this: of the same name, else the only one of the same type. */
export function guessMapping(
  columns: readonly string[],
  current: DatasetReference | null,
  other: Offered,
): Record<string, string> {
  const free = new Set(Object.keys(other.features));
  const mapping: Record<string, string> = {};
  for (const name of columns.filter((column) => free.has(column))) {
    mapping[name] = name;
    free.delete(name);
  }
  for (const name of columns.filter((column) => !(column in mapping))) {
    const type = current?.features[name]?.type;
    const fitting = [...free].filter((candidate) => other.features[candidate]?.type === type);
    const [only] = fitting;
    if (only === undefined) continue;
    mapping[name] = only;
    free.delete(only);
  }
  return mapping;
}

/** Let the model read another dataset; what was suggested for the old one is suggested anew. */
export function mapTo(other: Offered, mapping: Record<string, string>): Edit {
  return (document) => {
    const components = Object.fromEntries(
      Object.entries(document.components).map(([id, component]) => {
        const feature = component.settings["feature"];
        const target = typeof feature === "string" ? mapping[feature] : undefined;
        return [
          id,
          target ? { ...component, settings: { ...component.settings, feature: target } } : component,
        ];
      }),
    );
    const features = Object.fromEntries(
      Object.entries(other.features).map(([name, { type }]) => [name, { type }]),
    );
    const split = document.dataset?.split ?? { train: 0.7, validation: 0.2, test: 0.1, seed: 123 };
    const dataset: DatasetReference = { source: `dataset:${other.id}`, hash: other.hash, features, split };
    if (other.table) dataset.table = other.table;
    return { ...document, components, dataset };
  };
}
