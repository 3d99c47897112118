// Names in blocks that are too small for them: broken into lines, and cut where even that does not help.

/** The lines of a name; none where not even three letters fit. */
export function linesOf(
  name: string,
  width: number,
  most: number,
  measure: (text: string) => number,
): string[] {
  if (most < 1 || measure("mmm") > width) return [];
  const lines: string[] = [];
  let rest = name;
  while (rest && lines.length < most) {
    const last = lines.length === most - 1;
    const line = fitting(rest, width, last, measure);
    lines.push(line);
    rest = last ? "" : rest.slice(line.length);
  }
  return lines;
}

function fitting(text: string, width: number, cut: boolean, measure: (text: string) => number): string {
  if (measure(text) <= width) return text;
  let count = text.length - 1;
  while (count > 1 && measure(text.slice(0, count) + (cut ? "…" : "")) > width) count -= 1;
  if (cut) return `${text.slice(0, count)}…`;
  const line = text.slice(0, count);
  const word = line.lastIndexOf("_") + 1;
  if (word > 1) return line.slice(0, word);
  // A number is read as one: it goes to the next line as a whole.
  const number = /\d+$/.exec(line);
  return number && number.index > 1 && /\d/.test(text[count] ?? "") ? line.slice(0, number.index) : line;
}
