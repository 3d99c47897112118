// The model tried by hand: a row is typed, a picture drawn or chosen, and it says what it makes of it.

import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useMemo, useState } from "react";
import { api, dataOf, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { Button } from "@/design/Button";
import { NumberField } from "@/design/NumberField";
import { EmptyState } from "@/design/Panel";
import { Select } from "@/design/Select";
import { TextField } from "@/design/TextField";
import { notify } from "@/design/toasts";
import type { ModelDocument } from "@/document/model";
import { figure, text } from "@/text/text";
import { firstRow, inputFeatures, type Profile, type Row } from "./features";
import type { Run } from "./feed";
import { ImageField } from "./ImageField";
import { Shares } from "./Shares";
import { answers, likeliest } from "./samples";
import styles from "./try.module.css";

const MOST_CLASSES = 10;
const MOST_SAMPLES = 100;

export function TryTab({ run }: { run: Run }) {
  const { data: graph } = useQuery(queries.runGraph(run.id));
  const { data: dataset, error } = useQuery({
    ...queries.dataset(run.dataset ?? ""),
    enabled: run.dataset !== null,
  });
  if (!answers(run))
    return <EmptyState icon="training" title={text("try.none")} hint={text("try.none.hint")} />;
  if (error) return <EmptyState icon="info" title={messageOf(error)} />;
  const features = graph ? inputFeatures(graph as unknown as ModelDocument) : [];
  if (graph && (run.dataset === null || !features.length))
    return <EmptyState icon="info" title={text("try.notRows")} />;
  if (!graph || !dataset) return <EmptyState title={text("app.loading")} />;
  return <Form run={run} features={features} dataset={dataset} />;
}

interface FormProps {
  run: Run;
  features: readonly string[];
  dataset: Schemas["Dataset"];
}

function Form({ run, features, dataset }: FormProps) {
  const first = useMemo(() => firstRow(features, dataset.features), [features, dataset]);
  const [row, setRow] = useState<Row>(first);
  const [truth, setTruth] = useState<string | null>(null);
  const [generation, setGeneration] = useState(0);
  const predict = useMutation({
    mutationFn: async (asked: Row) => {
      const path = { params: { path: { run: run.id } } };
      const answer = await api.POST("/api/v1/runs/{run}/predict", { ...path, body: { rows: [asked] } });
      return dataOf(answer).predictions[0] ?? {};
    },
    onError: (error) => notify(messageOf(error), "err"),
  });
  // Only that of the row that is shown: the fields may have changed before it came.
  const prediction = predict.variables === row ? predict.data : undefined;
  const change = (name: string, value: string | number) => {
    setTruth(null);
    setRow((before) => ({ ...before, [name]: value }));
  };
  const sample = useSample(run, (taken, known) => {
    setRow(taken);
    setTruth(known);
    setGeneration((count) => count + 1);
    predict.mutate(taken);
  });
  const complete = features.every((name) => row[name] !== undefined && row[name] !== "");
  return (
    <form
      className={styles["try"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) predict.mutate(row);
      }}
    >
      <div className={styles["fields"]}>
        {features.map((name) => (
          <Field
            key={`${name} ${generation}`}
            name={name}
            profile={dataset.features[name]}
            value={row[name]}
            onChange={(value) => change(name, value)}
          />
        ))}
      </div>
      <div className={styles["answer"]}>
        <div className={styles["actions"]}>
          <Button type="submit" look="primary" disabled={!complete || predict.isPending}>
            {text("try.go")}
          </Button>
          <Button disabled={sample.isPending} onClick={() => sample.mutate()}>
            {text("try.sample")}
          </Button>
        </div>
        <output aria-live="polite">
          {prediction && <Answer prediction={prediction} />}
          {prediction && truth !== null && <p>{text("try.truth", { value: truth })}</p>}
        </output>
      </div>
    </form>
  );
}

/** Rows of the test split, one after the other in an order of chance. */
function useSample(run: Run, onTaken: (row: Row, truth: string) => void) {
  return useMutation({
    mutationFn: async () => {
      const path = {
        params: { path: { run: run.id }, query: { split: "test" as const, count: MOST_SAMPLES } },
      };
      return dataOf(await api.GET("/api/v1/runs/{run}/samples", path)).samples;
    },
    onSuccess: (samples) => {
      const found = samples[Math.floor(Math.random() * samples.length)];
      if (found) onTaken(found.row as Row, Object.values(found.truth).map(String).join(", "));
    },
    onError: (error) => notify(messageOf(error), "err"),
  });
}

interface FieldProps {
  name: string;
  profile: Profile | undefined;
  value: string | number | undefined;
  onChange: (value: string | number) => void;
}

function Field({ name, profile, value, onChange }: FieldProps) {
  const id = useId();
  const { type, statistics = {} } = profile ?? {};
  if (type === "image")
    return (
      <ImageField
        name={name}
        width={Number(statistics["width"] ?? 28)}
        height={Number(statistics["height"] ?? 28)}
        value={typeof value === "string" ? value : null}
        onChange={onChange}
      />
    );
  const classes = statistics["classes"] as unknown[] | undefined;
  const options = classes?.map((item) => ({ value: String(item), label: String(item) }));
  return (
    <div className={styles["field"]}>
      <label htmlFor={id}>{name}</label>
      {options ? (
        <Select id={id} label={name} value={String(value ?? "")} options={options} onChange={onChange} />
      ) : type === "text" ? (
        <TextField id={id} value={String(value ?? "")} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <NumberField id={id} label={name} value={Number(value ?? 0)} onChange={onChange} />
      )}
    </div>
  );
}

function Answer({ prediction }: { prediction: Record<string, unknown> }) {
  const targets = Object.entries(prediction).filter(([name]) => !name.startsWith("probabilities"));
  const shares = likeliest(prediction, MOST_CLASSES);
  return (
    <>
      {targets.map(([name, value]) => (
        <p key={name} className={styles["says"]} data-prediction={String(value)}>
          {text("try.says")}: <strong>{typeof value === "number" ? figure(value) : String(value)}</strong>{" "}
          <span>({name})</span>
        </p>
      ))}
      {shares.length > 0 && <Shares shares={shares} />}
    </>
  );
}
