import { beforeEach, expect, test } from "vitest";
import type { Workspace } from "@/app/workspace";
import { move, setSetting } from "@/document/edits";
import { DocumentStore } from "@/document/store";
import type { Diagnostic } from "@/live/store";
import { keep, takeBack, tryFix, useTrial } from "@/problems/fix";
import { chain } from "./document/documents";

const FINDING = {
  code: "too-few-units",
  severity: "error",
  message: "",
  fix: [{ op: "add", path: "/components/dense1/settings/units", value: 10 }],
} as unknown as Diagnostic;

let store: DocumentStore;
let workspace: Workspace;
const units = () => store.document.components["dense1"]?.settings["units"];
const filters = () => store.document.components["conv1"]?.settings["filters"];
const labels = () => store.history.state.done.map(({ label }) => label);

beforeEach(() => {
  keep();
  store = new DocumentStore(setSetting("dense1", "units", 2)(chain()));
  store.edit({ label: "before" }, setSetting("conv1", "filters", 8));
  workspace = { store, model: "m", view: { setState() {} } } as unknown as Workspace;
});

test("a fix that is taken back leaves no trace, not even in what can be redone", () => {
  store.edit({ label: "undone" }, setSetting("conv1", "filters", 9));
  store.undo();
  const { document, history } = { document: store.document, history: store.history.state };
  tryFix(workspace, FINDING);
  expect([units(), store.inGesture]).toEqual([10, false]);
  takeBack(workspace);
  expect(store.document).toEqual(document);
  expect(store.history.state).toEqual(history);
});

test("a fix that is kept is one step of undo", () => {
  tryFix(workspace, FINDING);
  keep();
  takeBack(workspace);
  expect(units()).toBe(10);
  store.undo();
  expect([units(), filters()]).toEqual([2, 8]);
});

test("what was edited since stays when the fix is taken back, and every step can be undone", () => {
  tryFix(workspace, FINDING);
  store.edit({ label: "mine" }, setSetting("conv1", "filters", 64));
  store.begin({ label: "drag" });
  store.edit({ label: "drag" }, move(new Map([["conv1", [5, 5]]])));
  takeBack(workspace);
  expect([units(), filters(), store.document.components["conv1"]?.position]).toEqual([2, 64, [5, 5]]);
  expect(labels().slice(1)).toEqual([
    "Fix too-few-units",
    "mine",
    "drag",
    "Take back the fix of too-few-units",
  ]);
  for (const _ of labels()) store.undo();
  expect([units(), filters()]).toEqual([2, chain().components["conv1"]?.settings["filters"]]);
});

test("a fix that is undone is on trial no more", () => {
  tryFix(workspace, FINDING);
  store.undo();
  expect(useTrial.getState().trial).toBeNull();
  takeBack(workspace);
  expect(units()).toBe(2);
  store.redo();
  expect(units()).toBe(10);
});

test("a fix in one model is not taken back in another", () => {
  tryFix(workspace, FINDING);
  takeBack({ ...workspace, model: "other" });
  expect(units()).toBe(10);
  expect(useTrial.getState().trial).not.toBeNull();
});
