import { expect, test } from "vitest";
import type { ModelDocument } from "@/document/model";
import { columnsRead, guessMapping, mapTo } from "@/inspector/dataset";
import { type Field, fieldsOf, readList, standingOf } from "@/inspector/fields";

const SCHEMA = {
  required: ["feature"],
  properties: {
    feature: { type: "string", options: "features", minLength: 1, description: "The column." },
    units: { type: "integer", minimum: 1, maximum: 1000, default: 32, title: "Units", unit: "pixels" },
    rate: { type: "number", minimum: 0, exclusiveMaximum: 1, default: 0.5, title: "Dropout Rate" },
    l2: { type: "number", default: 0, title: "L2" },
    activation: { enum: ["relu", "softmax"], default: "relu" },
    channels: { anyOf: [{ enum: [1, 3], type: "integer" }, { type: "null" }], default: null },
    bias: { type: "boolean", default: true },
    size: {
      anyOf: [{ type: "integer" }, { type: "array", items: { type: "integer" }, maxItems: 3, minItems: 1 }],
    },
    mean: { anyOf: [{ type: "number" }, { type: "null" }], default: null },
  },
};
const FIELDS = Object.fromEntries(fieldsOf(SCHEMA).map((field) => [field.name, field]));
const list = (name: string) => FIELDS[name] as Extract<Field, { kind: "list" }>;

test("every kind of setting becomes a field of its kind", () => {
  expect(Object.values(FIELDS).map((field) => field.kind)).toEqual([
    "text",
    "number",
    "number",
    "number",
    "choice",
    "choice",
    "switch",
    "list",
    "number",
  ]);
});

test("an open end of a range is kept out of it", () => {
  expect(FIELDS["units"]).toMatchObject({ min: 1, max: 1000, integer: true, unit: "pixels" });
  expect((FIELDS["rate"] as { max: number }).max).toBeLessThan(1);
});

test("names are read as sentences", () => {
  expect([FIELDS["rate"]?.label, FIELDS["l2"]?.label]).toEqual(["Dropout rate", "L2"]);
});

test("a size is one number or a list, and nothing else", () => {
  const size = list("size");
  expect(readList("3", size)).toBe(3);
  expect(readList("[3, 5]", size)).toEqual([3, 5]);
  expect(readList("3 × 5", size)).toEqual([3, 5]);
  expect(readList("3.5", size)).toBeUndefined();
  expect(readList("1,2,3,4", size)).toBeUndefined();
});

test("a number that JSON cannot tell is none", () => {
  const rates = { ...list("size"), item: "number" as const };
  for (const typed of ["1e18", "-1e18", "1e999", "x"]) {
    expect(readList(typed, list("size"))).toBeUndefined();
    expect(readList(typed, rates)).toBeUndefined();
  }
  expect(readList("9007199254740991", list("size"))).toBe(Number.MAX_SAFE_INTEGER);
  expect(readList("0.5, 1e-9", rates)).toEqual([0.5, 1e-9]);
});

test("what the user set counts before what was suggested, and that before the default", () => {
  const field = FIELDS["units"] as Field;
  expect(standingOf(field, { units: 3 }, { units: 10 })).toEqual({ value: 3, origin: "set" });
  expect(standingOf(field, {}, { units: 10 })).toEqual({ value: 10, origin: "suggested" });
  expect(standingOf(field, {}, {})).toEqual({ value: 32, origin: "default" });
});

const DOCUMENT: ModelDocument = {
  format: 1,
  dataset: {
    source: "dataset:a",
    features: { x: { type: "image" }, y: { type: "categorical" } },
    split: { train: 0.8, validation: 0.1, test: 0.1, seed: 5 },
  },
  components: {
    one: { type: "core.data", settings: { feature: "x" } },
    two: { type: "core.data", settings: { feature: "y" } },
  },
  connections: [],
  plugins: {},
};
const OTHER = {
  id: "b",
  hash: "sha256:b",
  table: "b.csv",
  features: { y: { type: "categorical", types: [] }, picture: { type: "image", types: [] } },
};

test("a model is mapped to another dataset by names, then by the only column of a type", () => {
  const mapping = guessMapping(columnsRead(DOCUMENT), DOCUMENT.dataset, OTHER);
  expect(mapping).toEqual({ x: "picture", y: "y" });
  const mapped = mapTo(OTHER, mapping)(DOCUMENT);
  expect(mapped.components["one"]?.settings).toEqual({ feature: "picture" });
  expect(mapped.dataset).toMatchObject({
    source: "dataset:b",
    hash: "sha256:b",
    table: "b.csv",
    split: { seed: 5 },
  });
});
