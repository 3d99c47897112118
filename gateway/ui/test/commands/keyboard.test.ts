import { expect, it } from "vitest";
import { applies, namesOf } from "@/commands/keyboard";
import { shownKeys } from "@/commands/registry";

const press = (key: string, code: string, held = "") => ({
  key,
  code,
  ctrlKey: held.includes("ctrl"),
  metaKey: held.includes("meta"),
  altKey: held.includes("alt"),
  shiftKey: held.includes("shift"),
});

it.each([
  [press("z", "KeyZ", "ctrl"), "Mod+Z"],
  [press("Z", "KeyZ", "ctrl shift"), "Mod+Shift+Z"],
  [press("k", "KeyK", "meta"), "Mod+K"],
  [press("?", "Slash", "shift"), "?"],
  [press("!", "Digit1", "shift"), "Shift+1"],
  [press(" ", "Space"), "Space"],
  [press("ArrowUp", "ArrowUp", "shift"), "Shift+ArrowUp"],
])("knows %j as %s", (pressed, name) => expect(namesOf(pressed)).toContain(name));

it("does not take Shift+Z for Z", () => {
  expect(namesOf(press("Z", "KeyZ", "ctrl shift"))).not.toContain("Mod+Z");
});

it.each([
  ["typing", ["everywhere"]],
  ["settled", ["settled", "everywhere"]],
  ["overlay", ["everywhere"]],
  ["control", ["page", "settled", "everywhere"]],
] as const)("leaves to what has the focus its own keys: %s", (place, expected) => {
  const scopes = ["canvas", "page", "settled", "everywhere"] as const;
  expect(scopes.filter((scope) => applies({ scope }, place, true))).toEqual(expected);
});

it("shows keys as they stand on the keyboard", () => {
  expect(shownKeys("Mod+Shift+ArrowUp")).toBe("Ctrl+Shift+↑");
  expect(shownKeys("+")).toBe("+");
});
