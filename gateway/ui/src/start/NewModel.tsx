// What a model can begin with: a file, a blank canvas, or a template.

import { useQuery } from "@tanstack/react-query";
import type { Ref } from "react";
import type { Schemas } from "@/api/client";
import { queries } from "@/api/queries";
import { Button } from "@/design/Button";
import { Icon } from "@/design/icons";
import { text } from "@/text/text";
import { metricName, metricText } from "./runs";
import styles from "./start.module.css";
import { useCreate } from "./useCreate";
import "./texts";

type Example = Schemas["Example"];
type Template = Schemas["Template"];

export function NewModel({ choose, head }: { choose: () => void; head: Ref<HTMLHeadingElement> }) {
  const examples = useQuery(queries.examples());
  const create = useCreate();
  return (
    <section>
      <header className={styles["head"]}>
        <h2 ref={head} tabIndex={-1}>
          {text("start.new")}
        </h2>
      </header>
      <div className={styles["ways"]}>
        <div className={styles["from"]}>
          <Icon name="data" size={24} />
          <div>
            <h3>{text("start.fromData")}</h3>
            <p>{text("start.fromData.hint")}</p>
          </div>
          <Button onClick={choose}>{text("start.choose")}</Button>
        </div>
        <button
          type="button"
          className={styles["from"]}
          disabled={create.isPending}
          onClick={() => create.mutate({ name: text("start.emptyModel"), inputs: [], targets: [] })}
        >
          <Icon name="add" size={24} />
          <span>
            <strong>{text("start.emptyModel")}</strong>
            <span>{text("start.emptyModel.hint")}</span>
          </span>
        </button>
      </div>
      <header className={styles["subhead"]}>
        <h3>{text("start.templates")}</h3>
        <p>{text("start.templates.hint")}</p>
      </header>
      <ul className={styles["grid"]}>
        {(examples.data ?? []).flatMap((example) =>
          example.templates.map((template) => (
            <li key={template.name}>
              <TemplateCard
                example={example}
                template={template}
                busy={create.isPending}
                onCreate={() => create.mutate({ template: template.name, name: "", inputs: [], targets: [] })}
              />
            </li>
          )),
        )}
      </ul>
    </section>
  );
}

interface TemplateCardProps {
  example: Example;
  template: Template;
  busy: boolean;
  onCreate: () => void;
}

function TemplateCard({ example, template, busy, onCreate }: TemplateCardProps) {
  const { metric, goal, baseline } = template;
  return (
    <button type="button" className={styles["card"]} disabled={busy} onClick={onCreate}>
      <span className={styles["about"]}>{example.title}</span>
      <strong>{template.title}</strong>
      <span className={styles["teaches"]}>{template.teaches}</span>
      <span className={styles["goal"]}>
        <span>{text("start.goal", { metric: metricName(metric), goal: metricText(metric, goal) })}</span>
        <span>
          {text("start.baseline", { name: baseline.name, value: metricText(metric, baseline.value) })}
        </span>
      </span>
    </button>
  );
}
