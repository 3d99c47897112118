// The commands that need no open model.

import { navigate } from "@/app/router";
import { setTheme } from "@/app/theme";
import { tourCommands } from "@/tour/commands";
import { useOverlay } from "./overlay";
import { type Command, useRegistry } from "./registry";

export const generalCommands: readonly Command[] = [
  {
    id: "palette",
    title: "command.palette",
    group: "help",
    keys: ["Mod+K"],
    keysOnly: true,
    scope: "everywhere",
    run: () => useOverlay.setState({ open: "palette" }),
  },
  {
    id: "shortcuts",
    title: "command.shortcuts",
    group: "help",
    keys: ["?"],
    run: () => useOverlay.setState({ open: "shortcuts" }),
  },
  { id: "start", title: "command.start", group: "file", run: () => navigate("/") },
  { id: "datasets", title: "command.datasets", group: "file", run: () => navigate("/datasets") },
  ...tourCommands,
  {
    id: "docs",
    title: "command.docs",
    group: "help",
    run: () => void window.open("/docs", "_blank", "noopener"),
  },
  { id: "theme.dark", title: "command.theme.dark", group: "view", run: () => setTheme("dark") },
  { id: "theme.light", title: "command.theme.light", group: "view", run: () => setTheme("light") },
  { id: "theme.system", title: "command.theme.system", group: "view", run: () => setTheme("system") },
];

/** Tell the commands which model is open; null when it is closed. */
export function setOpenModel(workspace: Parameters<Command["run"]>[0]): void {
  useRegistry.setState({ workspace });
}
