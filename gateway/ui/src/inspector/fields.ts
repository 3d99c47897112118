// What a setting's JSON schema asks for, as the field that edits it. No React in here.

import type { Json } from "@/document/model";

export type Schema = { [key: string]: Json };

interface Common {
  name: string;
  label: string;
  help: string;
  unit: string | undefined;
  /** What counts where nothing was set or suggested; undefined where the setting has to be given. */
  fallback: Json | undefined;
  /** Whether the setting may be left to the data. */
  nullable: boolean;
}

export type Field = Common &
  (
    | { kind: "number"; integer: boolean; min: number | undefined; max: number | undefined }
    | { kind: "choice"; options: Json[] }
    | { kind: "switch" }
    | { kind: "text"; options: string | undefined; least: number; most: number }
    | { kind: "list"; item: ItemKind; single: boolean; least: number; most: number }
  );

/** The fields of a settings schema, in its order. */
export function fieldsOf(schema: Schema): Field[] {
  const properties = (schema["properties"] ?? {}) as Record<string, Schema>;
  const required = new Set((schema["required"] ?? []) as string[]);
  return Object.entries(properties).map(([name, property]) => fieldOf(name, property, required.has(name)));
}

function fieldOf(name: string, property: Schema, required: boolean): Field {
  const variants = (property["anyOf"] as Schema[] | undefined) ?? [property];
  const real = variants.filter((variant) => variant["type"] !== "null");
  const array = real.find((variant) => variant["type"] === "array");
  const plain = real.find((variant) => variant["type"] !== "array") ?? {};
  const common: Common = {
    name,
    label: labelOf(name, property),
    help: String(property["description"] ?? ""),
    unit: property["unit"] as string | undefined,
    fallback: required ? undefined : (property["default"] ?? null),
    nullable: variants.length !== real.length,
  };
  if (array) return { ...common, ...listOf(array, real.length > 1) };
  if (Array.isArray(plain["enum"])) return { ...common, kind: "choice", options: plain["enum"] };
  switch (plain["type"]) {
    case "boolean":
      return { ...common, kind: "switch" };
    case "integer":
    case "number":
      return { ...common, kind: "number", integer: plain["type"] === "integer", ...rangeOf(plain) };
    default:
      return {
        ...common,
        kind: "text",
        options: property["options"] as string | undefined,
        least: Number(plain["minLength"] ?? 0),
        most: Number(plain["maxLength"] ?? 100_000),
      };
  }
}

/** A name as people write it: only the first word begins with a capital, and short names stay as they are. */
function labelOf(name: string, property: Schema): string {
  const words = String(property["title"] ?? name).split(/[\s_]+/);
  return words
    .map((word, index) => (index && !/^[A-Z0-9]+$/.test(word) ? word.toLowerCase() : word))
    .join(" ");
}

type ItemKind = "integer" | "number" | "text";

function listOf(array: Schema, single: boolean) {
  const items = (array["items"] ?? (array["prefixItems"] as Schema[] | undefined)?.[0] ?? {}) as Schema;
  const type = items["type"];
  const item: ItemKind = type === "integer" || type === "number" ? type : "text";
  return {
    kind: "list" as const,
    item,
    single,
    least: Number(array["minItems"] ?? 0),
    most: Number(array["maxItems"] ?? 10_000),
  };
}

/** An open end of a range is closed at the nearest number that a field can show. */
function rangeOf(plain: Schema): { min: number | undefined; max: number | undefined } {
  const whole = plain["type"] === "integer";
  const above = plain["exclusiveMinimum"] as number | undefined;
  const below = plain["exclusiveMaximum"] as number | undefined;
  return {
    min:
      (plain["minimum"] as number | undefined) ??
      (above === undefined ? undefined : above + (whole ? 1 : 1e-8)),
    max:
      (plain["maximum"] as number | undefined) ??
      (below === undefined ? undefined : below - (whole ? 1 : 1e-6)),
  };
}

/** A list as it is typed: numbers or words with commas or × between them. */
export function listText(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** The value of a typed list; undefined where it is none. One number stands for itself where the setting allows that. */
export function readList(text: string, field: Extract<Field, { kind: "list" }>): Json | undefined {
  const parts = text
    .replace(/^[[(]|[\])]$/g, "")
    .split(/[\s,×x;]+/)
    .filter(Boolean);
  const items = field.item === "text" ? parts : parts.map(Number);
  const sound = items.every((item) => typeof item === "string" || isNumber(item, field.item === "integer"));
  if (!sound) return undefined;
  if (field.single && items.length === 1) return items[0];
  return items.length >= field.least && items.length <= field.most ? items : undefined;
}

/** Whether a number may be set: what is larger stands in JSON as an integer beyond 2^53, which the server refuses. */
function isNumber(value: number, whole: boolean): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER && (!whole || Number.isInteger(value));
}

/** Where the value of a setting comes from, and what it is. */
export interface Standing {
  value: Json | undefined;
  origin: "set" | "suggested" | "default";
}

export function standingOf(
  field: Field,
  settings: Record<string, Json>,
  suggested: Record<string, Json> | undefined,
): Standing {
  if (field.name in settings) return { value: settings[field.name], origin: "set" };
  if (suggested && field.name in suggested) return { value: suggested[field.name], origin: "suggested" };
  return { value: field.fallback, origin: "default" };
}

/** A value in a few words. */
export function valueText(value: Json | undefined): string {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.length > 6 ? `${listText(value.slice(0, 6))}, …` : listText(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
