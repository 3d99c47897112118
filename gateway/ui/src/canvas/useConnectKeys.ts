// Connecting by keyboard: arrows go through the ports that fit, Enter connects, Escape leaves.

import { useEffect } from "react";
import type { Workspace } from "@/app/workspace";
import { endOf } from "@/document/model";
import { text } from "@/text/text";
import { makeWire } from "./connecting";
import { say, useCanvas } from "./state";

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, Tab: 1, ArrowLeft: -1, ArrowUp: -1 };

export function useConnectKeys(workspace: Workspace): void {
  useEffect(() => {
    const show = () => {
      const { connecting } = useCanvas.getState();
      const end = connecting?.targets[connecting.index];
      if (!end) return;
      const { component, port } = endOf(end);
      say(text("canvas.input", { port, id: component }));
    };
    const leave = () => useCanvas.setState({ connecting: null, legal: null });
    const onKeyDown = (event: KeyboardEvent) => {
      const { connecting } = useCanvas.getState();
      if (!connecting) return;
      const step = STEPS[event.key];
      if (step !== undefined) {
        const count = connecting.targets.length;
        useCanvas.setState({
          connecting: { ...connecting, index: (connecting.index + step + count) % count },
        });
      } else if (event.key === "Enter") {
        const to = connecting.targets[connecting.index];
        leave();
        if (to) makeWire(workspace, { from: connecting.from, to });
        if (to) say(text("canvas.connected", { from: connecting.from, to }));
      } else if (event.key === "Escape") leave();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    const stop = useCanvas.subscribe((state, before) => state.connecting !== before.connecting && show());
    // Before the commands: their keys mean something else meanwhile.
    window.addEventListener("keydown", onKeyDown, { capture: true });
    return () => {
      stop();
      window.removeEventListener("keydown", onKeyDown, { capture: true });
    };
  }, [workspace]);
}
