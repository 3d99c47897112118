// One dataset: what each column holds, and beside it what a new model would make of them.

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Schemas } from "@/api/client";
import { messageOf, Problem } from "@/api/problem";
import { queries } from "@/api/queries";
import { AppBar } from "@/app/AppBar";
import page from "@/app/app.module.css";
import { Link } from "@/app/Link";
import { Loading } from "@/app/Loading";
import { NotFound } from "@/app/NotFound";
import { Button } from "@/design/Button";
import { Icon } from "@/design/icons";
import { EmptyState } from "@/design/Panel";
import { Tabs } from "@/design/Tabs";
import { text } from "@/text/text";
import { ColumnTable } from "./ColumnTable";
import styles from "./dataset.module.css";
import { ModelPlan } from "./ModelPlan";
import { firstPlan } from "./plan";
import { RowsTable } from "./RowsTable";
import "./texts";

type Dataset = Schemas["Dataset"];

export default function DatasetPage({ dataset }: { dataset: string }) {
  const found = useQuery(queries.dataset(dataset));
  if (found.error instanceof Problem && found.error.status === 404)
    return <NotFound detail={found.error.message} />;
  return (
    <div className={page["page"]}>
      <AppBar />
      {found.data && <Content dataset={found.data} />}
      {found.isPending && <Loading />}
      {found.error && (
        <EmptyState icon="offline" title={messageOf(found.error)}>
          <Button onClick={() => void found.refetch()}>{text("app.retry")}</Button>
        </EmptyState>
      )}
    </div>
  );
}

function Content({ dataset }: { dataset: Dataset }) {
  const [plan, setPlan] = useState(() => firstPlan(dataset));
  const [tab, setTab] = useState("columns");
  const read = useQuery({
    ...queries.profile(dataset.id, { types: plan.types }),
    enabled: Object.keys(plan.types).length > 0,
    placeholderData: (before) => before,
  });
  const shown = (Object.keys(plan.types).length > 0 && read.data) || dataset;
  useEffect(() => {
    document.title = `${dataset.name} · ${text("app.name")}`;
  }, [dataset.name]);
  const tabs = [
    {
      value: "columns",
      label: text("dataset.columns"),
      content: <ColumnTable dataset={dataset} read={shown} plan={plan} onChange={setPlan} />,
    },
    { value: "rows", label: text("dataset.rows"), content: <RowsTable dataset={dataset} /> },
  ];
  return (
    <main className={styles["dataset"]}>
      <div className={styles["about"]}>
        <header className={styles["head"]}>
          <Link to="/datasets">{text("datasets.title")}</Link>
          <h1>{dataset.name}</h1>
          <p>
            {text("datasets.rows", { count: dataset.rows })} ·{" "}
            {text("datasets.features", { count: Object.keys(dataset.features).length })} · {dataset.table}
          </p>
        </header>
        <Warnings dataset={shown} />
        <div className={styles["frame"]}>
          <Tabs label={dataset.name} tabs={tabs} value={tab} onChange={setTab} />
        </div>
      </div>
      <ModelPlan dataset={dataset} plan={plan} onChange={setPlan} />
    </main>
  );
}

function Warnings({ dataset }: { dataset: Dataset }) {
  if (!dataset.warnings.length) return null;
  return (
    <section className={styles["warnings"]} aria-label={text("dataset.warnings")}>
      <Icon name="warning" />
      <div>
        <strong>{text("dataset.warnings")}</strong>
        <ul>
          {dataset.warnings.map((warning) => (
            <li key={`${warning.code} ${warning.feature}`}>{warning.message}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}
