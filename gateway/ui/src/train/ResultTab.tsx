// What came of a run: its metrics beside those of simple answers, and where it errs.

import { useQuery } from "@tanstack/react-query";
import { queries } from "@/api/queries";
import { useWorkspace } from "@/app/workspace";
import { EmptyState } from "@/design/Panel";
import { figure, type TextKey, text } from "@/text/text";
import { Confusion } from "./Confusion";
import { lowerIsBetter, primaryMetric, type TestResult, testOf } from "./compare";
import { validationOf } from "./curves";
import { isActive, type Run } from "./feed";
import styles from "./result.module.css";
import { Scatter } from "./Scatter";

export function ResultTab({ run }: { run: Run }) {
  const { types } = useWorkspace();
  const listed = testOf(run.test);
  // A list has no room for a large matrix.
  const short = listed !== null && listed.classes.length > 0 && listed.confusion.length === 0;
  const { data: whole } = useQuery({ ...queries.run(run.id), enabled: short });
  const test = (short && testOf(whole?.test)) || listed;
  if (!test)
    return (
      <EmptyState
        icon="training"
        title={text("result.none")}
        hint={text(isActive(run.state) ? "result.none.running" : "result.none.hint")}
      />
    );
  const metrics = types.get(run.training_type)?.metrics ?? [];
  const primary = primaryMetric(run, metrics);
  return (
    <div className={styles["result"]}>
      <section className={styles["numbers"]} aria-label={text("train.tab.result")}>
        {primary && <Sentence test={test} metric={primary} />}
        <MetricsTable run={run} test={test} metrics={metrics} />
        <p className={styles["note"]}>{text("result.last")}</p>
      </section>
      {test.classes.length > 0 ? (
        test.confusion.length > 0 && <Confusion classes={test.classes} matrix={test.confusion} />
      ) : (
        <Scatter run={run} split="test" />
      )}
    </div>
  );
}

/** The one number that counts, in words. */
function Sentence({ test, metric }: { test: TestResult; metric: string }) {
  const value = test.values[metric];
  const interval = test.interval[metric];
  const linear = test.baseline["linear"]?.[metric];
  const beats =
    value === undefined || linear === undefined
      ? null
      : value < linear === lowerIsBetter(metric) && value !== linear;
  return (
    <p className={styles["sentence"]}>
      <strong>
        {interval
          ? text("result.says", {
              metric,
              value: figure(value),
              count: test.rows,
              low: figure(interval[0]),
              high: figure(interval[1]),
            })
          : text("result.saysPlain", { metric, value: figure(value), count: test.rows })}
      </strong>{" "}
      {beats !== null && text(beats ? "result.beats" : "result.loses", { value: figure(linear) })}
    </p>
  );
}

function MetricsTable({ run, test, metrics }: { run: Run; test: TestResult; metrics: readonly string[] }) {
  const known = new Set([...Object.keys(test.values), ...Object.keys(run.metrics)]);
  const rest = Object.keys(test.values).filter((name) => !metrics.includes(name));
  const names = [...metrics.filter((name) => known.has(name)), ...rest];
  const baselines = Object.keys(test.baseline);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the keys.
    <section className={styles["scroll"]} tabIndex={0} aria-label={text("result.metric")}>
      <table className={styles["table"]} data-table="metrics">
        <thead>
          <tr>
            <th scope="col">{text("result.metric")}</th>
            <th scope="col">{text("result.training")}</th>
            <th scope="col">{text("result.validation")}</th>
            <th scope="col">{text("result.test")}</th>
            <th scope="col">{text("result.interval")}</th>
            {baselines.map((name) => (
              <th key={name} scope="col">
                {baselineText(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const interval = test.interval[name];
            return (
              <tr key={name} data-metric={name}>
                <th scope="row">{name}</th>
                <td>{figure(run.metrics[name])}</td>
                <td>{figure(run.metrics[validationOf(name)])}</td>
                <td data-test={test.values[name]}>
                  <strong>{figure(test.values[name])}</strong>
                </td>
                <td>{interval ? `${short(interval[0])} – ${short(interval[1])}` : "–"}</td>
                {baselines.map((baseline) => (
                  <td key={baseline}>{figure(test.baseline[baseline]?.[name])}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The ends of an interval are not known to four digits. */
const short = (value: number): string => figure(Number(value.toPrecision(3)));

const BASELINES: Record<string, TextKey> = {
  linear: "result.linear",
  commonest: "result.commonest",
  mean: "result.mean",
};

function baselineText(name: string): string {
  const key = BASELINES[name];
  return key ? text(key) : name;
}
