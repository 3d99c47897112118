// Everything that can be done, by name: the palette, menus, the list of shortcuts and the keyboard all read this.

import { create } from "zustand";
import type { Workspace } from "@/app/workspace";
import type { TextKey } from "@/text/text";

export type CommandGroup = "file" | "edit" | "add" | "train" | "move" | "view" | "help";

export interface Command {
  id: string;
  title: TextKey;
  group: CommandGroup;
  /** As in `Mod+Shift+Z`, `?` or `Shift+1`; Mod is Ctrl, and ⌘ on a Mac. The first is the one that is shown. */
  keys?: readonly string[];
  /** Where its keys work: on the canvas; in the whole page; there and in fields with nothing unfinished in them; or also
   * while text is typed. */
  scope?: "canvas" | "page" | "settled" | "everywhere";
  /** Left out of the palette: moves that make sense by their keys alone. */
  keysOnly?: boolean;
  /** The browser does it by the same keys, with an event that the page answers: copy, cut, paste. */
  native?: boolean;
  /** Whether it can be done now. */
  when?: (workspace: Workspace | null) => boolean;
  run: (workspace: Workspace | null) => void | Promise<void>;
}

interface Registry {
  commands: ReadonlyMap<string, Command>;
  workspace: Workspace | null;
}

export const useRegistry = create<Registry>(() => ({ commands: new Map(), workspace: null }));

/** Add commands; the function that is returned takes them out again. */
export function register(added: readonly Command[]): () => void {
  useRegistry.setState(({ commands }) => ({
    commands: new Map([...commands, ...added.map((command) => [command.id, command] as const)]),
  }));
  return () =>
    useRegistry.setState(({ commands }) => ({
      commands: new Map([...commands].filter(([, command]) => !added.includes(command))),
    }));
}

/** A command about the open model; it cannot be done without one. */
export function inModel(
  command: Omit<Command, "run" | "when"> & {
    when?: (workspace: Workspace) => boolean;
    run: (workspace: Workspace) => void | Promise<void>;
  },
): Command {
  const { when, run } = command;
  return {
    ...command,
    when: (workspace) => workspace !== null && (when?.(workspace) ?? true),
    run: (workspace) => (workspace ? run(workspace) : undefined),
  };
}

export function canRun(command: Command): boolean {
  return command.when?.(useRegistry.getState().workspace) ?? true;
}

/** Do what a command does, where it can be done now. */
export function run(id: string): boolean {
  const { commands, workspace } = useRegistry.getState();
  const command = commands.get(id);
  if (!command || !canRun(command)) return false;
  void command.run(workspace);
  return true;
}

/** The keys of a command as they stand on this machine's keyboard. */
export function keysOf(id: string): string | undefined {
  const keys = useRegistry.getState().commands.get(id)?.keys?.[0];
  return keys ? shownKeys(keys) : undefined;
}

const MAC = /Mac|iP(hone|ad)/.test(typeof navigator === "undefined" ? "" : navigator.platform);
const SHOWN: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Delete: "Del",
  Escape: "Esc",
};

export function shownKeys(keys: string): string {
  return keys
    .split(/\+(?=.)/)
    .map((key) => (key === "Mod" ? (MAC ? "⌘" : "Ctrl") : (SHOWN[key] ?? key)))
    .join(MAC ? "" : "+");
}
