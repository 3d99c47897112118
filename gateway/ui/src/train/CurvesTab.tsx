// Loss and metrics as they come: training and validation, with the previous and the best run in grey behind.

import { useQuery } from "@tanstack/react-query";
import { memo, useId, useMemo, useState } from "react";
import { queries } from "@/api/queries";
import { useWorkspace } from "@/app/workspace";
import { EmptyState } from "@/design/Panel";
import { Switch } from "@/design/Switch";
import { figure, text } from "@/text/text";
import { Chart, type Line } from "./Chart";
import { best } from "./compare";
import { Curves, type Metrics, type Point, smoothed, validationOf } from "./curves";
import styles from "./curves.module.css";
import { isActive, type Run, type Snapshot } from "./feed";
import { nameOf } from "./training";

interface CurvesTabProps {
  snapshot: Snapshot;
  run: Run;
  runs: readonly Run[];
}

export function CurvesTab({ snapshot, run, runs }: CurvesTabProps) {
  const [weight, setWeight] = useState(0);
  const [log, setLog] = useState(false);
  const [table, setTable] = useState(false);
  const [cursor, setCursor] = useState<number | null>(null);
  const behind = useBehind(run, runs);
  const names = snapshot.curves.names();
  if (!names.length)
    return (
      <EmptyState icon="training" title={text(isActive(snapshot.state) ? "curves.none" : "curves.never")} />
    );
  return (
    <div className={styles["curves"]}>
      <div className={styles["options"]}>
        <Legend behind={behind} />
        <label className={styles["smoothing"]}>
          {text("curves.smoothing")}
          <input
            type="range"
            min={0}
            max={0.95}
            step={0.05}
            value={weight}
            onChange={(event) => setWeight(Number(event.target.value))}
          />
        </label>
        <Labelled label={text("curves.log")} checked={log} onChange={setLog} />
        <Labelled label={text("curves.table")} checked={table} onChange={setTable} />
      </div>
      {table ? (
        <MetricTable curves={snapshot.curves} />
      ) : (
        <div className={styles["grid"]}>
          {names.map((name) => (
            <MetricChart
              key={name}
              name={name}
              snapshot={snapshot}
              weight={weight}
              log={log}
              behind={behind}
              cursor={cursor}
              onCursor={setCursor}
            />
          ))}
        </div>
      )}
    </div>
  );
}

function Labelled(props: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  const id = useId();
  return (
    <span className={styles["option"]}>
      <label htmlFor={id}>{props.label}</label>
      <Switch id={id} {...props} />
    </span>
  );
}

interface Behind {
  look: "previous" | "best";
  run: Run;
  curves: Curves;
}

/** The run before the shown one, and the best of all others: once where they are the same. */
function useBehind(run: Run, runs: readonly Run[]): Behind[] {
  const { types } = useWorkspace();
  const metrics = types.get(run.training_type)?.metrics ?? [];
  const others = runs.filter((other) => other.id !== run.id && other.training_type === run.training_type);
  const previous = others.find((other) => other.created < run.created) ?? null;
  const winner = best(others, metrics);
  const before = useCurvesOf(previous && previous.id !== winner?.id ? previous : null);
  const top = useCurvesOf(winner);
  return useMemo(() => {
    const found: Behind[] = [];
    if (before && previous) found.push({ look: "previous", run: previous, curves: before });
    if (top && winner) found.push({ look: "best", run: winner, curves: top });
    return found;
  }, [before, top, previous, winner]);
}

function useCurvesOf(run: Run | null): Curves | null {
  const { data } = useQuery({ ...queries.metrics(run?.id ?? ""), enabled: run !== null });
  return useMemo(() => {
    if (!data || !run) return null;
    const curves = new Curves();
    for (const { epoch, metrics } of data) curves.epoch(epoch, metrics as Metrics);
    return curves;
  }, [data, run]);
}

function Legend({ behind }: { behind: readonly Behind[] }) {
  return (
    <ul className={styles["legend"]}>
      <li data-look="training">{text("curves.training")}</li>
      <li data-look="validation">{text("curves.validation")}</li>
      {behind.map(({ look, run }) => (
        <li key={look} data-look={look}>
          {text(`curves.${look}`)} ({nameOf(run)})
        </li>
      ))}
    </ul>
  );
}

interface MetricChartProps {
  name: string;
  snapshot: Snapshot;
  weight: number;
  log: boolean;
  behind: readonly Behind[];
  cursor: number | null;
  onCursor: (x: number | null) => void;
}

const MetricChart = memo(function MetricChart(props: MetricChartProps) {
  const { name, snapshot, weight, log, behind, cursor, onCursor } = props;
  const { curves } = snapshot;
  const training = curves.live(name);
  const validation = curves.points(validationOf(name));
  const lines: Line[] = behind.map(({ look, curves: other }) => {
    const own = other.points(validationOf(name));
    return {
      look,
      name: text(`curves.${look}`),
      points: smoothed(own.length ? own : other.points(name), weight),
    };
  });
  lines.push({ look: "training", name: text("curves.training"), points: smoothed(training, weight) });
  lines.push({ look: "validation", name: text("curves.validation"), points: smoothed(validation, weight) });
  const shown = [valueAt(training, cursor), valueAt(validation, cursor)] as const;
  return (
    <figure className={styles["metric"]} data-metric={name}>
      <figcaption>
        <strong>{name}</strong>
        <span className="figures">
          <i data-look="training" />
          {figure(shown[0])}
          <i data-look="validation" />
          {figure(shown[1])}
        </span>
      </figcaption>
      <Chart
        label={text("curves.summary", {
          metric: name,
          epochs: curves.count,
          training: figure(training.at(-1)?.[1]),
          validation: figure(validation.at(-1)?.[1]),
        })}
        lines={lines}
        log={log}
        onCursor={onCursor}
      />
    </figure>
  );
});

/** The value at a place, or the one before it; the last one without a place. */
function valueAt(points: readonly Point[], x: number | null): number | null {
  const found = x === null ? points.at(-1) : points.findLast(([place]) => place <= x);
  return found?.[1] ?? null;
}

/** The points of the curves as numbers: one row an epoch, as `GET /runs/{run}/metrics` has them. */
function MetricTable({ curves }: { curves: Curves }) {
  const columns = curves
    .names()
    .flatMap((name) => [name, validationOf(name)])
    .map((name) => [name, new Map(curves.points(name))] as const)
    .filter(([, points]) => points.size > 0);
  const epochs = [...new Set(columns.flatMap(([, points]) => [...points.keys()]))].sort((a, b) => b - a);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the keys.
    <section className={styles["scroll"]} tabIndex={0} aria-label={text("curves.table")}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">{text("curves.epoch")}</th>
            {columns.map(([name]) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {epochs.map((epoch) => (
            <tr key={epoch} data-epoch={epoch}>
              <th scope="row">{epoch}</th>
              {columns.map(([name, points]) => (
                <td key={name} data-name={name} data-value={points.get(epoch) ?? ""}>
                  {figure(points.get(epoch))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
