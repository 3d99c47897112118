// The commands of the canvas: add, move around, arrange, look.

import type { Workspace } from "@/app/workspace";
import { type Command, inModel } from "@/commands/registry";
import { addNote, group, move, setFlag, ungroup } from "@/document/edits";
import { freshId, type Group, type ModelDocument, type Position } from "@/document/model";
import { text } from "@/text/text";
import { WIDTH } from "./sizes";
import { type Direction, firstPlace, neighbour, type Place } from "./spatial";
import { say, useCanvas } from "./state";
import { heightsOf, placesOf } from "./tidy";

const selected = ({ store, view }: Workspace): string[] =>
  [...view.getState().selection].filter((id) => id in store.document.components);
const any = (workspace: Workspace) => selected(workspace).length > 0;
const several = (workspace: Workspace) => selected(workspace).length > 1;
const one = (workspace: Workspace) => selected(workspace).length === 1;
const note = ({ store, view }: Workspace): string | undefined => {
  const [id, ...others] = view.getState().selection;
  return others.length ? undefined : store.document.notes?.find((item) => item.id === id)?.id;
};

/** What is selected is open to be edited: a component in the inspector, a note where it lies. */
function open(workspace: Workspace): void {
  const write = note(workspace);
  if (write) {
    useCanvas.setState({ write });
    return;
  }
  workspace.view.setState({ inspector: true, tab: "settings" });
  // What is not shown yet is there a frame later; a Tab that comes sooner would lead to the next component.
  if (!focusFirst()) requestAnimationFrame(focusFirst);
}

function focusFirst(): boolean {
  const first = document.querySelector<HTMLElement>(
    "[data-inspector-first] input, [data-inspector-first] button",
  );
  first?.focus();
  return first !== null;
}

function go(workspace: Workspace, direction: Direction): void {
  const heights = heightsOf(workspace.store.document, workspace.types);
  const places = Object.entries(workspace.store.document.components).map(
    ([id, { position = [0, 0] as Position }]) => ({
      id,
      x: position[0] + WIDTH / 2,
      y: position[1] + (heights.get(id) ?? 0) / 2,
    }),
  );
  const from: Place | undefined = places.find(({ id }) => id === selected(workspace).at(-1));
  const next = from ? neighbour(places, from, direction) : firstPlace(places);
  if (!next) return;
  workspace.canvas?.reveal(next);
  say(text("canvas.moved", { id: next }));
}

const STEP = 20;

function nudge(workspace: Workspace, dx: number, dy: number): void {
  const { store } = workspace;
  const places = new Map<string, Position>();
  for (const id of selected(workspace)) {
    const [x, y] = store.document.components[id]?.position ?? [0, 0];
    places.set(id, [x + dx * STEP, y + dy * STEP]);
  }
  store.edit({ label: text("edit.move"), merges: "nudge" }, move(places));
}

type Arrange = (boxes: { id: string; x: number; y: number; height: number }[]) => Map<string, Position>;

function arrange(workspace: Workspace, how: Arrange): void {
  const { store, types } = workspace;
  const heights = heightsOf(store.document, types);
  const boxes = selected(workspace).map((id) => {
    const [x, y] = store.document.components[id]?.position ?? [0, 0];
    return { id, x, y, height: heights.get(id) ?? 0 };
  });
  store.edit({ label: text("edit.align") }, move(how(boxes)));
}

const left: Arrange = (boxes) =>
  new Map(boxes.map(({ id, y }) => [id, [Math.min(...boxes.map(({ x }) => x)), y]]));
const top: Arrange = (boxes) =>
  new Map(boxes.map(({ id, x }) => [id, [x, Math.min(...boxes.map(({ y }) => y))]]));

/** With the same space between all of them, along the longer way. */
const distribute: Arrange = (boxes) => {
  const span = (values: number[]) => Math.max(...values) - Math.min(...values);
  const across = span(boxes.map(({ x }) => x)) >= span(boxes.map(({ y }) => y));
  const size = (box: { height: number }) => (across ? WIDTH : box.height);
  const order = boxes.toSorted((one, other) => (across ? one.x - other.x : one.y - other.y));
  const [first, last] = [order[0], order.at(-1)];
  if (!first || !last) return new Map();
  const start = across ? first.x : first.y;
  const whole = (across ? last.x : last.y) + size(last) - start;
  const gap = (whole - order.reduce((total, box) => total + size(box), 0)) / Math.max(order.length - 1, 1);
  let at = start;
  return new Map(
    order.map((box) => {
      const place: [string, Position] = [box.id, across ? [at, box.y] : [box.x, at]];
      at += size(box) + gap;
      return place;
    }),
  );
};

const COLORS = ["layers", "processing", "operations", "recurrent", "training", "data"];

function makeGroup(workspace: Workspace): void {
  const { store, view } = workspace;
  const used = store.document.groups?.length ?? 0;
  const made: Group = {
    id: freshId("group"),
    title: text("canvas.group"),
    color: COLORS[used % COLORS.length] ?? "layers",
    components: selected(workspace),
  };
  store.edit({ label: text("edit.group") }, group(made));
  view.setState({ selection: new Set([made.id]) });
}

const groupsOf = ({ store, view }: Workspace): Set<string> => {
  const { selection } = view.getState();
  const chosen = (item: Group) => selection.has(item.id) || item.components.some((id) => selection.has(id));
  return new Set((store.document.groups ?? []).filter(chosen).map((item) => item.id));
};

function toggle(workspace: Workspace, flag: "bypassed" | "collapsed"): void {
  const { store } = workspace;
  const ids = selected(workspace);
  const on = !ids.every((id) => store.document.components[id]?.[flag]);
  store.edit({ label: text("edit.flag", { id: ids.join(", ") }) }, setFlag(ids, flag, on));
}

async function tidy(workspace: Workspace): Promise<void> {
  const ids = new Set(selected(workspace));
  const { document } = workspace.store;
  const places = await placesOf(
    document,
    workspace.types,
    ids.size > 1 ? ids : undefined,
    workspace.canvas?.aspect(),
  );
  workspace.store.edit({ label: text("edit.tidy") }, move(places));
  if (ids.size < 2) requestAnimationFrame(() => workspace.canvas?.fit());
}

/** Whether a panel beside or below the canvas has the focus; windows over the page keep it until they close. */
const awayFromCanvas = () =>
  document.activeElement !== document.body &&
  !document.activeElement?.closest("[data-canvas], [role='dialog'], [role='menu'], [role='listbox']");

const hasGroups = (document: ModelDocument) => (document.groups ?? []).length > 0;
const onCanvas = { group: "move", scope: "canvas" } as const;
const looks = { group: "view", scope: "page" } as const;

export const canvasCommands: readonly Command[] = [
  inModel({
    id: "quickAdd",
    title: "command.quickAdd",
    group: "add",
    keys: ["Space"],
    scope: "canvas",
    run: (workspace) => workspace.canvas?.quickAdd(),
  }),
  inModel({
    id: "addNote",
    title: "command.addNote",
    group: "add",
    keys: ["N"],
    scope: "canvas",
    run: ({ store, canvas, view }) => {
      const id = freshId("note");
      store.edit(
        { label: text("edit.note") },
        addNote({ id, text: "", position: canvas?.middle() ?? [0, 0], size: [200, 100] }),
      );
      view.setState({ selection: new Set([id]), wires: new Set() });
      useCanvas.setState({ write: id });
    },
  }),
  inModel({ id: "group", title: "command.group", group: "edit", keys: ["Mod+G"], when: any, run: makeGroup }),
  inModel({
    id: "ungroup",
    title: "command.ungroup",
    group: "edit",
    keys: ["Mod+Shift+G"],
    when: (workspace) => hasGroups(workspace.store.document) && groupsOf(workspace).size > 0,
    run: (workspace) =>
      void workspace.store.edit({ label: text("edit.group") }, ungroup(groupsOf(workspace))),
  }),
  inModel({
    id: "bypass",
    title: "command.bypass",
    group: "edit",
    keys: ["B"],
    scope: "canvas",
    when: any,
    run: (workspace) => toggle(workspace, "bypassed"),
  }),
  inModel({
    id: "collapse",
    title: "command.collapse",
    group: "view",
    keys: ["H"],
    scope: "canvas",
    when: any,
    run: (workspace) => toggle(workspace, "collapsed"),
  }),
  inModel({
    id: "tidy",
    title: "command.tidy",
    group: "edit",
    keys: ["Shift+T"],
    scope: "canvas",
    run: tidy,
  }),
  inModel({
    id: "align.left",
    title: "command.align.left",
    group: "edit",
    when: several,
    run: (workspace) => arrange(workspace, left),
  }),
  inModel({
    id: "align.top",
    title: "command.align.top",
    group: "edit",
    when: several,
    run: (workspace) => arrange(workspace, top),
  }),
  inModel({
    id: "distribute",
    title: "command.distribute",
    group: "edit",
    when: several,
    run: (workspace) => arrange(workspace, distribute),
  }),
  inModel({
    ...onCanvas,
    id: "up",
    title: "command.up",
    keys: ["ArrowUp"],
    keysOnly: true,
    run: (workspace) => go(workspace, "up"),
  }),
  inModel({
    ...onCanvas,
    id: "down",
    title: "command.down",
    keys: ["ArrowDown"],
    keysOnly: true,
    run: (workspace) => go(workspace, "down"),
  }),
  inModel({
    ...onCanvas,
    id: "left",
    title: "command.left",
    keys: ["ArrowLeft"],
    keysOnly: true,
    run: (workspace) => go(workspace, "left"),
  }),
  inModel({
    ...onCanvas,
    id: "right",
    title: "command.right",
    keys: ["ArrowRight"],
    keysOnly: true,
    run: (workspace) => go(workspace, "right"),
  }),
  inModel({
    ...onCanvas,
    id: "nudge.up",
    title: "command.nudge.up",
    keys: ["Shift+ArrowUp"],
    keysOnly: true,
    when: any,
    run: (workspace) => nudge(workspace, 0, -1),
  }),
  inModel({
    ...onCanvas,
    id: "nudge.down",
    title: "command.nudge.down",
    keys: ["Shift+ArrowDown"],
    keysOnly: true,
    when: any,
    run: (workspace) => nudge(workspace, 0, 1),
  }),
  inModel({
    ...onCanvas,
    id: "nudge.left",
    title: "command.nudge.left",
    keys: ["Shift+ArrowLeft"],
    keysOnly: true,
    when: any,
    run: (workspace) => nudge(workspace, -1, 0),
  }),
  inModel({
    ...onCanvas,
    id: "nudge.right",
    title: "command.nudge.right",
    keys: ["Shift+ArrowRight"],
    keysOnly: true,
    when: any,
    run: (workspace) => nudge(workspace, 1, 0),
  }),
  inModel({
    ...onCanvas,
    id: "open",
    title: "command.open",
    keys: ["Enter"],
    when: (workspace) => one(workspace) || note(workspace) !== undefined,
    run: open,
  }),
  inModel({
    ...onCanvas,
    id: "toCanvas",
    title: "command.toCanvas",
    keys: ["Escape"],
    scope: "everywhere",
    keysOnly: true,
    when: awayFromCanvas,
    run: (workspace) => workspace.canvas?.focus(selected(workspace).at(-1) ?? ""),
  }),
  inModel({
    ...onCanvas,
    id: "connect",
    title: "command.connect",
    keys: ["C"],
    when: one,
    run: (workspace) => workspace.canvas?.connectFrom(selected(workspace)[0] ?? ""),
  }),
  inModel({
    ...onCanvas,
    id: "enlarge",
    title: "command.enlarge",
    keys: ["P"],
    when: one,
    run: (workspace) => workspace.canvas?.enlarge(selected(workspace)[0] ?? ""),
  }),
  inModel({
    ...looks,
    id: "fit",
    title: "command.fit",
    keys: ["Shift+1"],
    run: ({ canvas }) => canvas?.fit(),
  }),
  inModel({
    ...looks,
    id: "fitSelection",
    title: "command.fitSelection",
    keys: ["Shift+2"],
    when: any,
    run: (workspace) => workspace.canvas?.fit(new Set(selected(workspace))),
  }),
  inModel({
    ...looks,
    id: "zoomIn",
    title: "command.zoomIn",
    keys: ["+", "="],
    run: ({ canvas }) => canvas?.zoom("in"),
  }),
  inModel({
    ...looks,
    id: "zoomOut",
    title: "command.zoomOut",
    keys: ["-"],
    run: ({ canvas }) => canvas?.zoom("out"),
  }),
  inModel({
    ...looks,
    id: "zoomReset",
    title: "command.zoomReset",
    keys: ["Shift+0"],
    run: ({ canvas }) => canvas?.zoom("reset"),
  }),
  inModel({
    ...looks,
    id: "toggle.minimap",
    title: "command.toggle.minimap",
    keys: ["M"],
    run: ({ view }) => view.setState(({ minimap }) => ({ minimap: !minimap })),
  }),
  inModel({
    ...looks,
    id: "toggle.palette",
    title: "command.toggle.palette",
    keys: ["Mod+B"],
    run: ({ view }) => view.setState(({ palette }) => ({ palette: !palette })),
  }),
  inModel({
    ...looks,
    id: "toggle.inspector",
    title: "command.toggle.inspector",
    keys: ["Mod+I"],
    run: ({ view }) => view.setState(({ inspector }) => ({ inspector: !inspector })),
  }),
  inModel({
    ...looks,
    id: "toggle.problems",
    title: "command.toggle.problems",
    keys: ["Mod+Shift+M"],
    run: ({ view }) => view.setState(({ drawer }) => ({ drawer: drawer === "problems" ? null : "problems" })),
  }),
  inModel({
    ...looks,
    id: "toggle.code",
    title: "command.toggle.code",
    keys: ["Mod+E"],
    run: ({ view }) => view.setState(({ drawer }) => ({ drawer: drawer === "code" ? null : "code" })),
  }),
];
