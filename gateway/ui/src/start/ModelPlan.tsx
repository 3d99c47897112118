// The model that would be made of a dataset: what it predicts, how rows are split, what is built and why.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { Button } from "@/design/Button";
import { EmptyState } from "@/design/Panel";
import { TextField } from "@/design/TextField";
import { text } from "@/text/text";
import styles from "./dataset.module.css";
import { columnsOf, type Plan, requestOf, sentence, splitTrouble } from "./plan";
import { useCreate } from "./useCreate";
import "./texts";

interface ModelPlanProps {
  dataset: Schemas["Dataset"];
  plan: Plan;
  onChange: (plan: Plan) => void;
}

export function ModelPlan({ dataset, plan, onChange }: ModelPlanProps) {
  const [name, setName] = useState(dataset.name);
  const request = requestOf(dataset.id, plan);
  const suggestion = useQuery({
    ...queries.suggestion(request ?? { dataset: dataset.id, inputs: [], targets: [], types: {} }),
    enabled: request !== null,
    placeholderData: keepPreviousData,
  });
  const create = useCreate();
  const ready = request !== null && suggestion.data !== undefined && !suggestion.isPlaceholderData;
  const id = useId();
  return (
    <aside className={styles["plan"]} aria-label={text("dataset.new")}>
      <h2>{text("dataset.new")}</h2>
      <Says plan={plan} />
      <div>
        <label htmlFor={id}>{text("dataset.new.name")}</label>
        <TextField id={id} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
      </div>
      <SplitFields plan={plan} onChange={onChange} />
      {request && suggestion.error && (
        <p className={styles["bad"]} role="alert">
          {messageOf(suggestion.error)}
        </p>
      )}
      <Button
        look="primary"
        disabled={!ready || create.isPending}
        onClick={() =>
          suggestion.data &&
          create.mutate({
            name: name.trim() || dataset.name,
            graph: suggestion.data.graph,
            inputs: [],
            targets: [],
          })
        }
      >
        {text(create.isPending ? "start.creating" : "dataset.new.go")}
      </Button>
      {request && suggestion.data && <Reasons suggestion={suggestion.data} />}
    </aside>
  );
}

function Says({ plan }: { plan: Plan }) {
  if (!columnsOf(plan, "target").length)
    return <EmptyState icon="tip" title={text("dataset.new.pick")} hint={text("dataset.new.pick.hint")} />;
  if (!columnsOf(plan, "input").length) return <p className={styles["bad"]}>{text("dataset.new.noInput")}</p>;
  return (
    <p className={styles["says"]} role="status">
      {sentence(plan)}
    </p>
  );
}

const PARTS = ["train", "validation", "test"] as const;

function SplitFields({ plan, onChange }: Omit<ModelPlanProps, "dataset">) {
  const trouble = splitTrouble(plan);
  const id = useId();
  const { split } = plan;
  return (
    <fieldset className={styles["split"]}>
      <legend>{text("dataset.new.split")}</legend>
      <div className={styles["shares"]} aria-hidden="true">
        {PARTS.map((part) => (
          <span key={part} data-part={part} style={{ flexGrow: Math.max(split[part], 0) }} />
        ))}
      </div>
      <div className={styles["parts"]}>
        {PARTS.map((part) => (
          <label key={part} htmlFor={`${id}-${part}`}>
            {text(`data.split.${part}`)}
            <TextField
              id={`${id}-${part}`}
              type="number"
              min={0}
              max={100}
              value={split[part]}
              aria-invalid={trouble !== null}
              onChange={({ target }) =>
                onChange({ ...plan, split: { ...split, [part]: target.valueAsNumber || 0 } })
              }
            />
          </label>
        ))}
      </div>
      {trouble && (
        <p className={styles["bad"]} role="alert">
          {trouble}
        </p>
      )}
    </fieldset>
  );
}

function Reasons({ suggestion }: { suggestion: Schemas["Suggestion"] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section className={styles["why"]} tabIndex={0} aria-label={text("dataset.new.why")}>
      <h3>{text("dataset.new.why")}</h3>
      <ul>
        {suggestion.explanation.map((item) => (
          <li key={`${item.component} ${item.text}`}>{item.text}</li>
        ))}
      </ul>
    </section>
  );
}
