// The small tools at the lower left of the canvas.

import { useStore } from "@xyflow/react";
import { keysOf, run } from "@/commands/registry";
import { IconButton } from "@/design/Button";
import type { IconName } from "@/design/icons";
import { type TextKey, text } from "@/text/text";
import styles from "./canvas.module.css";

const TOOLS: readonly { id: string; icon: IconName; title: TextKey }[] = [
  { id: "zoomOut", icon: "minus", title: "command.zoomOut" },
  { id: "zoomIn", icon: "add", title: "command.zoomIn" },
  { id: "fit", icon: "fit", title: "command.fit" },
  { id: "tidy", icon: "tidy", title: "command.tidy" },
  { id: "toggle.minimap", icon: "map", title: "command.toggle.minimap" },
];

export function Tools() {
  const zoom = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div className={styles["tools"]} role="toolbar" aria-label={text("group.view")}>
      {TOOLS.map((tool, index) => (
        <span key={tool.id}>
          <IconButton
            side="top"
            icon={tool.icon}
            label={text(tool.title)}
            keys={keysOf(tool.id)}
            onClick={() => run(tool.id)}
          />
          {index === 0 && (
            <button
              type="button"
              className={styles["zoom"]}
              title={text("command.zoomReset")}
              onClick={() => run("zoomReset")}
            >
              {zoom} %
            </button>
          )}
        </span>
      ))}
    </div>
  );
}
