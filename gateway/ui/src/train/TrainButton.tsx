// The button that trains, and while a run goes on says how far it is and opens its panel.

import { useEffect } from "react";
import { useWorkspace } from "@/app/workspace";
import { keysOf, register } from "@/commands/registry";
import { Button } from "@/design/Button";
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
  const active = runs.find((run) => isActive(run.state)) ?? null;
  const snapshot = useSnapshot(active?.id ?? null);
  const starting = useTraining((state) => state.starting);
  const drawer = workspace.view((state) => state.drawer);
  useEffect(() => register(trainCommands), []);
  const toggle = () => (drawer === "train" ? workspace.view.setState({ drawer: null }) : show(workspace, {}));
  return (
    <>
      <Button
        look="quiet"
        icon="training"
        data-active={drawer === "train"}
        aria-pressed={drawer === "train"}
        onClick={toggle}
      >
        {text("train.panel")}
      </Button>
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
          {stateText(snapshot?.state ?? active.state)}
        </Button>
      ) : (
        <Tooltip text={text("command.train")} keys={keysOf("train")}>
          <Button look="primary" icon="play" disabled={starting} onClick={() => void start(workspace)}>
            {text(starting ? "train.starting" : "train.title")}
          </Button>
        </Tooltip>
      )}
    </>
  );
}
