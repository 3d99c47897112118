// The texts that are loaded: those of the shell from the start, those of a part with that part.

/** One text, or one for each form of the plural. */
export type Text = string | { one: string; other: string };

export const catalogue: Record<string, Text> = {};

/** Add the texts of a part of the page that has just been loaded. */
export function addTexts(texts: Record<string, Text>): void {
  Object.assign(catalogue, texts);
}
