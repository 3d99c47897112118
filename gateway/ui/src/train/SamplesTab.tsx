// A few rows of the validation split: what is true, and what the run says now, on each pause and at the end.

import { useQuery } from "@tanstack/react-query";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { EmptyState } from "@/design/Panel";
import { figure, text } from "@/text/text";
import type { Run, Snapshot } from "./feed";
import { Scatter } from "./Scatter";
import { Shares } from "./Shares";
import { answers, likeliest, momentOf, pictureOf, type Sample } from "./samples";
import styles from "./samples.module.css";

const COUNT = 24;
const MOST_CLASSES = 3;
const MOST_FEATURES = 4;

export function SamplesTab({ run, snapshot }: { run: Run; snapshot: Snapshot }) {
  const ready = answers(run) && run.state === snapshot.state;
  const { data, error } = useQuery({
    ...queries.samples(run.id, "validation", COUNT, momentOf(run)),
    enabled: ready,
    placeholderData: (before) => before,
  });
  if (error) return <EmptyState icon="info" title={messageOf(error)} />;
  if (!data) return <EmptyState icon="training" title={text(ready ? "app.loading" : "samples.wait")} />;
  const classes = data.samples.some(({ prediction }) => "probabilities" in prediction);
  return (
    <div className={styles["samples"]}>
      <p className={styles["title"]}>
        {text("samples.title", { count: data.samples.length })} ·{" "}
        <Score samples={data.samples} classes={classes} />
        {!ready && ` · ${text("samples.old")}`}
      </p>
      <div className={styles["body"]}>
        <ul className={styles["grid"]}>
          {data.samples.map((sample) => (
            <Card key={sample.index} sample={sample} />
          ))}
        </ul>
        {!classes && ready && <Scatter run={run} split="validation" />}
      </div>
    </div>
  );
}

const targetOf = ({ truth }: Sample): string => Object.keys(truth)[0] ?? "";

function isRight(sample: Sample): boolean {
  const target = targetOf(sample);
  return String(sample.truth[target]) === String(sample.prediction[target]);
}

function Score({ samples, classes }: { samples: readonly Sample[]; classes: boolean }) {
  if (classes)
    return text("samples.correct", { right: samples.filter(isRight).length, count: samples.length });
  const errors = samples.map((sample) => {
    const target = targetOf(sample);
    return Math.abs(Number(sample.truth[target]) - Number(sample.prediction[target]));
  });
  return text("samples.off", { value: figure(errors.reduce((sum, one) => sum + one, 0) / errors.length) });
}

function Card({ sample }: { sample: Sample }) {
  const target = targetOf(sample);
  const shares = likeliest(sample.prediction, MOST_CLASSES);
  const right = isRight(sample);
  const pictures = Object.values(sample.row).flatMap((value) => pictureOf(value) ?? []);
  const values = Object.entries(sample.row).filter(([, value]) => pictureOf(value) === null);
  return (
    <li className={styles["card"]} data-right={shares.length ? right : undefined}>
      {pictures.map((address) => (
        <img key={address} src={address} alt={text("samples.row", { index: sample.index })} />
      ))}
      {!pictures.length && (
        <dl>
          {values.slice(0, MOST_FEATURES).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{typeof value === "number" ? figure(value) : String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      <div className={styles["said"]}>
        <span>
          {shares.length > 0 && <b>{text(right ? "samples.right" : "samples.wrong")}</b>}{" "}
          {text("samples.truth", { value: shown(sample.truth[target]) })}
        </span>
        {shares.length ? (
          <Shares shares={shares} />
        ) : (
          <span>{text("samples.says", { value: shown(sample.prediction[target]) })}</span>
        )}
      </div>
    </li>
  );
}

const shown = (value: unknown): string => (typeof value === "number" ? figure(value) : String(value));
