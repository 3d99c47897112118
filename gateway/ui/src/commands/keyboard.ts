// From a key to a command.

import { type Command, run, useRegistry } from "./registry";

interface Press {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** The names that a press of keys has: `Mod+Shift+Z`, and for `?` both `?` and `Shift+?`. */
export function namesOf(press: Press): string[] {
  const key = press.key.length === 1 ? press.key.toUpperCase() : press.key;
  const before = `${press.ctrlKey || press.metaKey ? "Mod+" : ""}${press.altKey ? "Alt+" : ""}`;
  const named = key === " " ? "Space" : key;
  const names = [`${before}${press.shiftKey ? "Shift+" : ""}${named}`];
  // A sign that needs Shift on one keyboard may need none on another.
  if (press.shiftKey && press.key.length === 1 && !/[A-Z ]/.test(key)) names.push(`${before}${named}`);
  const digit = /^Digit(\d)$/.exec(press.code)?.[1];
  if (digit) names.push(`${before}${press.shiftKey ? "Shift+" : ""}${digit}`);
  return names;
}

const TYPING = "input, textarea, select, [contenteditable='true'], .cm-content";
/** A field that shows what the document has: the browser's own undo would show what the document had. */
const SETTLED = "[data-settled]";
const OVERLAY = "[role='dialog'], [role='menu'], [role='listbox']";
const CONTROL = "button, a[href], [role='tab'], [role='switch'], [role='combobox']";

/** Where a press happened, as far as commands care. */
type Place = "typing" | "settled" | "overlay" | "control" | "canvas" | "page";

function placeOf(target: EventTarget | null): Place {
  const element = target instanceof Element ? target : document.body;
  if (element.closest(TYPING))
    return element.closest(SETTLED) && !element.closest(OVERLAY) ? "settled" : "typing";
  if (element.closest(OVERLAY)) return "overlay";
  if (element.closest(CONTROL)) return "control";
  return element === document.body || element.closest("[data-canvas]") ? "canvas" : "page";
}

export function applies(command: Pick<Command, "scope">, place: Place, plain: boolean): boolean {
  switch (command.scope ?? "page") {
    case "everywhere":
      return true;
    case "canvas":
      // On a button, Enter and Space press it, and the arrows may move in a list.
      return place === "canvas" || (place === "control" && !plain);
    case "settled":
      return place !== "typing" && place !== "overlay";
    default:
      return place !== "typing" && place !== "overlay" && place !== "settled";
  }
}

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const names = namesOf(event);
  const place = placeOf(event.target);
  const plain = !(event.ctrlKey || event.metaKey || event.altKey);
  for (const command of useRegistry.getState().commands.values()) {
    if (
      command.native ||
      !command.keys?.some((keys) => names.includes(keys)) ||
      !applies(command, place, plain)
    )
      continue;
    // A settled field has nothing of its own to undo, also where the page has nothing either.
    if (run(command.id) || (place === "settled" && command.scope === "settled")) {
      event.preventDefault();
      return;
    }
  }
}
