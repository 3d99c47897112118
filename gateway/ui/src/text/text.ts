// Texts by key, with what is filled in; numbers and times as the browser's language has them.

import { addTexts, catalogue } from "./catalogue";
import { en, type TextKey } from "./en";

export type { TextKey } from "./en";

addTexts(en);

type Fill = Record<string, string | number>;

const plurals = new Intl.PluralRules("en");
const numbers = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const figures = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** The text of a key; `{name}` is filled from `fill`, and `count` chooses between one and other. */
export function text(key: TextKey, fill: Fill = {}): string {
  const found = catalogue[key] ?? key;
  const chosen =
    typeof found === "string"
      ? found
      : found[plurals.select(Number(fill["count"])) === "one" ? "one" : "other"];
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = fill[name];
    return value === undefined ? whole : typeof value === "number" ? numbers.format(value) : value;
  });
}

/** A count, with separators. */
export const wholeNumber = (value: number): string => numbers.format(value);

/** A large count in a few characters: 65.7K. */
export const shortNumber = (value: number): string => compact.format(value);

/** A measured number in at most four significant digits. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return figures.format(value);
}

/** The shape of a tensor without its batch axis. */
export function shapeText(shape: readonly (number | null)[] | null | undefined): string {
  if (!shape) return "";
  return shape.length ? shape.map((size) => (size === null ? "?" : String(size))).join(" × ") : "scalar";
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/** How long ago a time was. */
export function ago(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  for (const [unit, size] of UNITS)
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  return relative.format(0, "second");
}
