// Finding component types by what people call them: titles first, then the names that Keras and PyTorch have for them.

import type { ComponentType } from "@/app/workspace";

/** The types that a query finds, the best first; all of them for an empty one. */
export function searchTypes(types: Iterable<ComponentType>, query: string): ComponentType[] {
  const wanted = plain(query);
  if (!wanted) return [...types];
  const scored = [...types]
    .map((type) => ({ type, score: scoreOf(type, wanted) }))
    .filter(({ score }) => score > 0);
  return scored.sort((left, right) => right.score - left.score).map(({ type }) => type);
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function scoreOf(type: ComponentType, wanted: string): number {
  const title = matched(plain(type.title), wanted);
  const names = [type.type.split(".")[1] ?? "", ...type.keywords].map((name) => matched(plain(name), wanted));
  const summary = plain(type.summary).includes(wanted) ? 5 : 0;
  return Math.max(title && title + 20, ...names, summary);
}

function matched(name: string, wanted: string): number {
  if (name === wanted) return 100;
  if (name.startsWith(wanted)) return 80 - Math.min(name.length - wanted.length, 30);
  if (name.includes(wanted)) return 40;
  return wanted.length > 2 && isSubsequence(name, wanted) ? 10 : 0;
}

function isSubsequence(name: string, wanted: string): boolean {
  let place = -1;
  return [...wanted].every((letter) => {
    place = name.indexOf(letter, place + 1);
    return place >= 0;
  });
}
