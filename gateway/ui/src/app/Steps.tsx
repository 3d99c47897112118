// Undo and redo in the bar of a model.

import { useSyncExternalStore } from "react";
import { keysOf, run } from "@/commands/registry";
import { IconButton } from "@/design/Button";
import { text } from "@/text/text";
import { useWorkspace } from "./workspace";

export function Steps() {
  return (
    <>
      <Step command="undo" from="done" />
      <Step command="redo" from="undone" />
    </>
  );
}

function Step({ command, from }: { command: "undo" | "redo"; from: "done" | "undone" }) {
  const { store } = useWorkspace();
  const some = useSyncExternalStore(store.subscribe, () => store.history.state[from].length > 0);
  return (
    <IconButton
      icon={command}
      label={text(`command.${command}`)}
      keys={keysOf(command)}
      disabledReason={some ? undefined : text(`command.${command}.none`)}
      onClick={() => run(command)}
    />
  );
}
