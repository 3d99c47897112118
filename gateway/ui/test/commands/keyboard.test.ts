import { expect, it } from "vitest";
import { namesOf } from "@/commands/keyboard";
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

it("shows keys as they stand on the keyboard", () => {
  expect(shownKeys("Mod+Shift+ArrowUp")).toBe("Ctrl+Shift+↑");
  expect(shownKeys("+")).toBe("+");
});
