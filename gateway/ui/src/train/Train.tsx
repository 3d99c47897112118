// The panel of training: what a run does right now, and tabs for what came of it.

import "./texts";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { showPlace, useWorkspace } from "@/app/workspace";
import { secondsText } from "@/code/quantities";
import { keysOf } from "@/commands/registry";
import { Button, IconButton } from "@/design/Button";
import { Icon } from "@/design/icons";
import { Badge, EmptyState } from "@/design/Panel";
import { Select } from "@/design/Select";
import { Tabs } from "@/design/Tabs";
import { type TextKey, text } from "@/text/text";
import { CurvesTab } from "./CurvesTab";
import { ExportsTab } from "./ExportsTab";
import { isActive, type Run, type Snapshot } from "./feed";
import { GateNotice } from "./GateNotice";
import { progressOf } from "./progress";
import { ResultTab } from "./ResultTab";
import { RunsTab } from "./RunsTab";
import { SamplesTab } from "./SamplesTab";
import { TryTab } from "./TryTab";
import styles from "./train.module.css";
import { act, nameOf, stateText, useRuns, useSnapshot, useTraining } from "./training";
import { VersionsTab } from "./VersionsTab";

export default function Train() {
  const { model } = useWorkspace();
  const { runs, isPending, shown, run } = useRuns();
  const snapshot = useSnapshot(shown ?? null);
  const tab = useTraining((state) => state.tab);
  const gate = useTraining((state) => (state.model === model ? state.gate : null));
  const client = useQueryClient();
  const state = snapshot?.state;
  // An ended run has metrics, a test and weights that nobody has read yet.
  useEffect(() => {
    if (state && shown && !isActive(state)) void client.invalidateQueries({ queryKey: ["runs", shown] });
  }, [client, state, shown]);
  const own = snapshot?.run ?? run;
  const about = (make: (run: Run, snapshot: Snapshot) => ReactNode): ReactNode =>
    own && snapshot ? (
      make(own, snapshot)
    ) : isPending || shown ? null : (
      <EmptyState icon="training" title={text("train.none")} hint={text("train.none.hint")} />
    );
  const tabs: [string, ReactNode][] = [
    ["curves", about((one, known) => <CurvesTab run={one} snapshot={known} runs={runs} />)],
    ["predictions", about((one, known) => <SamplesTab key={one.id} run={one} snapshot={known} />)],
    ["result", about((one) => <ResultTab run={one} />)],
    ["runs", about((one) => <RunsTab shown={one.id} runs={runs} />)],
    ["try", about((one) => <TryTab key={one.id} run={one} />)],
    ["exports", about((one) => <ExportsTab run={one} name={nameOf(one)} />)],
    ["versions", <VersionsTab key="versions" run={own} name={own ? nameOf(own) : ""} />],
  ];
  return (
    <div className={styles["train"]}>
      {gate && <GateNotice gate={gate} />}
      {own && snapshot && <Progress runs={runs} run={own} snapshot={snapshot} />}
      <Tabs
        className={styles["tabs"]}
        label={text("train.panel")}
        value={tab}
        onChange={(next) => useTraining.setState({ tab: next })}
        tabs={tabs.map(([value, content]) => ({
          value,
          label: text(`train.tab.${value}` as TextKey),
          content,
        }))}
      />
    </div>
  );
}

const TONES = { FAILED: "err", CANCELLED: "warn", PAUSED: "warn", SUCCEEDED: "plain" } as const;

function Progress({ runs, run, snapshot }: { runs: readonly Run[]; run: Run; snapshot: Snapshot }) {
  const { state, epoch, epochs, left } = snapshot;
  const tone = TONES[state as keyof typeof TONES] ?? "accent";
  const active = isActive(state);
  return (
    <div className={styles["progress"]} data-state={state}>
      <div className={styles["which"]}>
        <Select
          label={text("train.runShown")}
          value={run.id}
          options={runs.map((one) => ({ value: one.id, label: nameOf(one) }))}
          onChange={(shown) => useTraining.setState({ shown })}
        />
      </div>
      <Badge tone={tone} icon={state === "FAILED" ? "error" : state === "SUCCEEDED" ? "check" : "training"}>
        {stateText(state)}
      </Badge>
      <progress
        className={styles["bar"]}
        max={1}
        value={progressOf(snapshot)}
        aria-label={text("train.progress", { epoch: Math.min(epoch + 1, epochs), epochs })}
      />
      <span className={`figures ${styles["where"]}`} data-epoch={epoch} data-step={snapshot.step}>
        {whereText(snapshot, run)}
        {left !== null && active && ` · ${text("train.left", { time: secondsText(left) })}`}
      </span>
      {active && <Controls run={run.id} state={state} />}
      {snapshot.trouble && active && (
        <span className={styles["trouble"]} role="status">
          <Icon name="offline" />
          {snapshot.trouble === "lost" ? text("train.lost") : snapshot.trouble}
        </span>
      )}
      {state === "FAILED" && run.error && <Failure error={run.error} />}
    </div>
  );
}

function whereText({ state, epoch, step, epochs, steps }: Snapshot, run: Run): string {
  const parts = [
    text("train.progress", { epoch: isActive(state) ? Math.min(epoch + 1, epochs) : epoch, epochs }),
  ];
  if (isActive(state) && steps > 0) parts.push(text("train.step", { step, steps }));
  if (!isActive(state) && run.end_reason) parts.push(text(`train.end.${run.end_reason}` as TextKey));
  return parts.join(" · ");
}

function Controls({ run, state }: { run: string; state: Run["state"] }) {
  const paused = state === "PAUSED";
  return (
    <>
      <IconButton
        icon={paused ? "play" : "pause"}
        label={text(paused ? "train.resume" : "train.pause")}
        keys={keysOf("train.pause")}
        onClick={() => void act(run, paused ? "resume" : "pause")}
      />
      {paused && (
        <IconButton
          icon="step"
          label={text("train.oneStep")}
          keys={keysOf("train.step")}
          onClick={() => void act(run, "resume", 1)}
        />
      )}
      <IconButton
        icon="stop"
        label={text("train.stop")}
        keys={keysOf("train.stop")}
        onClick={() => void act(run, "stop")}
      />
    </>
  );
}

/** What went wrong, and the way to the line where it did. */
function Failure({ error }: { error: NonNullable<Run["error"]> }) {
  const workspace = useWorkspace();
  const { store } = workspace;
  const { component, line } = error;
  return (
    <div className={styles["failure"]} role="alert">
      <Icon name="error" />
      <p>
        {component && !error.message.includes(component) && (
          <strong>
            {line === null
              ? text("train.failed.in", { component })
              : text("train.failed.where", { component, line })}{" "}
          </strong>
        )}
        {error.message}
      </p>
      {component && component in store.document.components && (
        <Button onClick={() => showPlace(workspace, component, line)}>{text("train.failed.show")}</Button>
      )}
    </div>
  );
}
