// The button that trains, and while a run goes on says how far it is and opens its panel.

import { useEffect } from "react";
import { useWorkspace } from "@/app/workspace";
import { keysOf, register, run } from "@/commands/registry";
import { Button, IconButton } from "@/design/Button";
import { Tooltip } from "@/design/Tooltip";
import { text } from "@/text/text";
import { trainCommands } from "./commands";
import { isActive } from "./feed";
import { progressOf } from "./progress";
import styles from "./train.module.css";
import { show, start, stateText, useRuns, useSnapshot, useTraining } from "./training";

export function TrainButton() {
  const workspace = useWorkspace();
  const { runs } = useRuns();
  const active = runs.find(({ state }) => isActive(state)) ?? null;
  const snapshot = useSnapshot(active?.id ?? null);
  const starting = useTraining((state) => state.starting);
  const drawer = workspace.view((state) => state.drawer);
  useEffect(() => register(trainCommands), []);
  return (
    <>
      <IconButton
        icon="training"
        label={text("train.panel")}
        keys={keysOf("toggle.train")}
        active={drawer === "train"}
        onClick={() => run("toggle.train")}
      />
      {active ? (
        <Button
          look="primary"
          data-run={snapshot?.state ?? active.state}
          onClick={() => show(workspace, { shown: active.id, tab: "curves" })}
        >
          <span
            className={styles["ring"]}
            style={{ "--done": progressOf(snapshot) } as React.CSSProperties}
            aria-hidden="true"
          />
          {stateText(snapshot?.state ?? active.state)} · {Math.floor(progressOf(snapshot) * 100)} %
        </Button>
      ) : (
        <Tooltip text={text("command.train")} keys={keysOf("train")}>
          <Button
            look="primary"
            icon="play"
            aria-label={text(starting ? "train.starting" : "train.title")}
            disabled={starting}
            onClick={() => void start(workspace)}
          >
            <span>{text(starting ? "train.starting" : "train.title")}</span>
          </Button>
        </Tooltip>
      )}
    </>
  );
}
