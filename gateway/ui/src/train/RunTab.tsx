// A component of a run that is held: its output, its weights and their gradients, as they are in that run.

import "./texts";
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { Visual } from "@/canvas/PreviewDetail";
import { Button } from "@/design/Button";
import { EmptyState } from "@/design/Panel";
import { figure, type TextKey, text } from "@/text/text";
import styles from "./runTab.module.css";
import { answers, momentOf } from "./samples";
import { act, nameOf, useRuns, useSnapshot } from "./training";

type Variable = Schemas["Variable"];

export default function RunTab({ id }: { id: string }) {
  const { shown, run } = useRuns();
  const snapshot = useSnapshot(shown ?? null);
  const own = snapshot?.run ?? run;
  const ready = own !== null && answers(own) && snapshot?.state === own.state;
  const { data, error } = useQuery({
    ...queries.inspection(own?.id ?? "", id, own ? momentOf(own) : ""),
    enabled: ready,
  });
  if (!ready)
    return <EmptyState icon="training" title={text("runTab.wait")} hint={text("runTab.wait.hint")} />;
  if (error) return <EmptyState icon="info" title={messageOf(error)} />;
  if (!data) return <EmptyState title={text("app.loading")} />;
  if (!data.variables.length)
    return <EmptyState icon="info" title={text("runTab.none")} hint={text("runTab.none.hint")} />;
  return (
    <div className={styles["variables"]}>
      <p>{text("runTab.of", { run: nameOf(own), step: data.step })}</p>
      {own.state === "PAUSED" && lacksGradients(data.variables) && (
        <div className={styles["hint"]}>
          <span>{text("runTab.noGradients")}</span>
          <Button icon="step" onClick={() => void act(own.id, "resume", 1)}>
            {text("train.oneStep")}
          </Button>
        </div>
      )}
      {data.variables.map((variable) => (
        <View key={`${variable.kind} ${variable.name}`} variable={variable} />
      ))}
    </div>
  );
}

/** Where a pause came at once, the gradients of the step before are gone. */
function lacksGradients(variables: readonly Variable[]): boolean {
  const has = (kind: string) => variables.some((variable) => variable.kind === kind);
  return has("weight") && !has("gradient");
}

function View({ variable }: { variable: Variable }) {
  const { name, kind, shape, visualization, statistics } = variable;
  return (
    <section className={styles["variable"]} data-variable={`${kind} ${name}`}>
      <h3>
        <span>
          <code>{name}</code> {text(`runTab.${kind}` as TextKey)}
        </span>
        <span className="figures">{shape.length ? shape.join(" × ") : "scalar"}</span>
      </h3>
      {visualization && (
        <Visual
          picture={visualization}
          label={`${name}, ${text(`runTab.${kind}` as TextKey)}`}
          size={visualization.kind === "channels" ? "small" : "flat"}
        />
      )}
      {statistics && (
        <dl className={styles["figures"]}>
          {(["min", "max", "mean", "std"] as const).map((key) => (
            <div key={key}>
              <dt>{text(`preview.${key}`)}</dt>
              <dd>{figure(statistics[key])}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
