// The runs of the model: which is better and why in words, and what differs between them.

import { useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { useWorkspace } from "@/app/workspace";
import { secondsText } from "@/code/quantities";
import { Button, IconButton } from "@/design/Button";
import { Dialog } from "@/design/Dialog";
import { Badge } from "@/design/Panel";
import { notify } from "@/design/toasts";
import type { ModelDocument } from "@/document/model";
import { ago, figure, text } from "@/text/text";
import {
  best,
  type Difference,
  differences,
  lowerIsBetter,
  primaryMetric,
  testOf,
  type Verdict,
  verdict,
} from "./compare";
import { isActive, type Run } from "./feed";
import styles from "./runs.module.css";
import { nameOf, stateText, useTraining } from "./training";

const MOST_COMPARED = 30;

interface RunsTabProps {
  shown: string;
  runs: readonly Run[];
}

export function RunsTab({ shown, runs }: RunsTabProps) {
  const { types } = useWorkspace();
  const [leaving, setLeaving] = useState<Run | null>(null);
  const newest = runs.find((run) => run.test) ?? runs[0];
  const metrics = types.get(newest?.training_type ?? "")?.metrics ?? [];
  const winner = best(runs, metrics);
  const metric = newest ? primaryMetric(newest, metrics) : null;
  const graphs = useGraphs(runs);
  const reference = winner ?? newest;
  return (
    <div className={styles["runs"]}>
      <Words runs={runs} metrics={metrics} winner={winner} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the keys. */}
      <section className={styles["scroll"]} tabIndex={0} aria-label={text("train.tab.runs")}>
        <table className={styles["table"]}>
          <thead>
            <tr>
              <th scope="col">{text("runs.run")}</th>
              <th scope="col">{text("runs.state")}</th>
              <th scope="col">{text("runs.test", { metric: metric ?? "–" })}</th>
              <th scope="col">{text("runs.val")}</th>
              <th scope="col">{text("runs.epochs")}</th>
              <th scope="col">{text("runs.took")}</th>
              <th scope="col">{text("runs.started")}</th>
              <th scope="col">{text("runs.differs", { run: reference ? nameOf(reference) : "" })}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id} data-run={run.id} data-shown={run.id === shown}>
                <th scope="row">
                  <Button
                    look="quiet"
                    aria-label={text("runs.show", { run: nameOf(run) })}
                    aria-current={run.id === shown || undefined}
                    onClick={() => useTraining.setState({ shown: run.id, tab: "curves" })}
                  >
                    {nameOf(run)}
                  </Button>
                  {run.id === winner?.id && <Badge tone="accent">{text("runs.best")}</Badge>}
                </th>
                <td>{stateText(run.state)}</td>
                <td>{metric ? figure(testOf(run.test)?.values[metric]) : "–"}</td>
                <td>{figure(run.metrics["val_loss"])}</td>
                <td>{run.epoch}</td>
                <td>{tookText(run)}</td>
                <td>{ago(run.created)}</td>
                <td className={styles["differs"]}>
                  <Differs
                    from={graphs.get(reference?.id ?? "")}
                    to={graphs.get(run.id)}
                    same={run === reference}
                  />
                </td>
                <td>
                  <IconButton
                    icon="trash"
                    label={text("runs.delete", { run: nameOf(run) })}
                    disabledReason={isActive(run.state) ? stateText(run.state) : undefined}
                    side="left"
                    onClick={() => setLeaving(run)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {leaving && <Delete run={leaving} name={nameOf(leaving)} onClose={() => setLeaving(null)} />}
    </div>
  );
}

function tookText(run: Run): string {
  return run.ended ? secondsText((Date.parse(run.ended) - Date.parse(run.created)) / 1000) : "–";
}

/** The document that each run trained, by the run's id. */
function useGraphs(runs: readonly Run[]): ReadonlyMap<string, ModelDocument> {
  const ids = runs.slice(0, MOST_COMPARED).map((run) => run.id);
  const results = useQueries({ queries: ids.map((id) => queries.runGraph(id)) });
  return new Map(
    ids.flatMap((id, index) => {
      const found = results[index]?.data;
      return found ? [[id, found as unknown as ModelDocument] as const] : [];
    }),
  );
}

interface WordsProps {
  runs: readonly Run[];
  metrics: readonly string[];
  winner: Run | null;
}

/** The newest run that has a result, against the best of the others. */
function Words({ runs, metrics, winner }: WordsProps) {
  const tested = runs.filter((run) => !isActive(run.state));
  const [newest] = tested;
  if (!newest || tested.length < 2) return <p className={styles["words"]}>{text("runs.one")}</p>;
  const rival = winner && winner.id !== newest.id ? winner : best(tested.slice(1), metrics);
  const other = rival ?? tested[1];
  if (!other) return null;
  const found = verdict(newest, other, metrics);
  return (
    <p className={styles["words"]} data-verdict={found.kind} role="status">
      {wordsOf(found, nameOf(newest), nameOf(other), newest)}
    </p>
  );
}

function wordsOf(found: Verdict, newest: string, other: string, run: Run): string {
  if (found.kind === "unknown") return text(`runs.unknown.${found.reason}`, { left: newest, right: other });
  if (found.kind === "equal")
    return text("runs.equal", {
      left: newest,
      right: other,
      metric: found.metric,
      value: figure(found.value),
    });
  const [better, worse] = found.better === run ? [newest, other] : [other, newest];
  const words = text("runs.better", {
    better,
    worse,
    metric: found.metric,
    first: figure(found.values[0]),
    second: figure(found.values[1]),
    direction: text(lowerIsBetter(found.metric) ? "runs.lower" : "runs.higher"),
  });
  return `${words} ${text(found.sure ? "runs.sure" : "runs.unsure")}`;
}

const MOST_DIFFERENCES = 4;

interface DiffersProps {
  from: ModelDocument | undefined;
  to: ModelDocument | undefined;
  same: boolean;
}

function Differs({ from, to, same }: DiffersProps) {
  if (same || !from || !to) return "–";
  const found = differences(from, to);
  if (!found.length) return text("runs.same");
  const rest = found.length - MOST_DIFFERENCES;
  return (
    <ul>
      {found.slice(0, MOST_DIFFERENCES).map((item) => (
        <li key={item.place}>
          <code>{item.place}</code> {changeText(item)}
        </li>
      ))}
      {rest > 0 && <li>+{rest}</li>}
    </ul>
  );
}

function changeText({ before, after }: Difference): string {
  return before || after ? `${before} → ${after}` : text("runs.changed");
}

function Delete({ run, name, onClose }: { run: Run; name: string; onClose: () => void }) {
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.DELETE("/api/v1/runs/{run}", { params: { path: { run: run.id } } }),
    onSuccess: async () => {
      if (useTraining.getState().shown === run.id) useTraining.setState({ shown: null });
      await client.invalidateQueries({ queryKey: ["runs", "of"] });
      notify(text("runs.deleted", { run: name }));
      onClose();
    },
    onError: (error) => notify(messageOf(error), "err"),
  });
  return (
    <Dialog title={text("runs.delete", { run: name })} open onClose={onClose} width={440}>
      <p>{text("runs.delete.sure", { run: name })}</p>
      <div className={styles["actions"]}>
        <Button onClick={onClose}>{text("app.cancel")}</Button>
        <Button look="danger" icon="trash" disabled={isPending} onClick={() => mutate()}>
          {text("runs.delete.go")}
        </Button>
      </div>
    </Dialog>
  );
}
