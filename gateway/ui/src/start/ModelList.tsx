// The models there are: searched, sorted, renamed, copied, deleted.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, dataOf, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { Link } from "@/app/Link";
import { IconButton } from "@/design/Button";
import { Icon } from "@/design/icons";
import { Menu } from "@/design/Menu";
import { EmptyState } from "@/design/Panel";
import { notify } from "@/design/toasts";
import { ago, text } from "@/text/text";
import { DeleteModel, RenameModel } from "./ModelDialogs";
import { ordered, type Sorting } from "./order";
import { mainMetric, metricName, metricText } from "./runs";
import styles from "./start.module.css";
import "./texts";

type Model = Schemas["Model"];
type Asked = { what: "rename" | "delete"; model: Model } | null;

export function ModelList({ models, search }: { models: Model[]; search: string }) {
  const [sorting, setSorting] = useState<Sorting>({ by: "updated", ascending: false });
  const [asked, setAsked] = useState<Asked>(null);
  const found = ordered(models, search, sorting);
  if (!found.length) return <EmptyState icon="search" title={text("start.noMatch", { search })} />;
  const close = () => setAsked(null);
  return (
    <div className={styles["frame"]}>
      <table className={styles["models"]}>
        <thead>
          <tr>
            <Head by="name" sorting={sorting} onSort={setSorting} />
            <Head by="size" sorting={sorting} onSort={setSorting} />
            <Head by="run" sorting={sorting} onSort={setSorting} />
            <Head by="updated" sorting={sorting} onSort={setSorting} />
            <td />
          </tr>
        </thead>
        <tbody>
          {found.map((model) => (
            <Row key={model.id} model={model} onAsk={(what) => setAsked({ what, model })} />
          ))}
        </tbody>
      </table>
      {asked?.what === "rename" && <RenameModel model={asked.model} onClose={close} />}
      {asked?.what === "delete" && <DeleteModel model={asked.model} onClose={close} />}
    </div>
  );
}

interface HeadProps {
  by: Sorting["by"];
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
}

function Head({ by, sorting, onSort }: HeadProps) {
  const active = sorting.by === by;
  const ascending = active ? !sorting.ascending : by === "name";
  return (
    <th aria-sort={active ? (sorting.ascending ? "ascending" : "descending") : "none"}>
      <button type="button" onClick={() => onSort({ by, ascending })}>
        {text(`start.column.${by}`)}
        {active && (
          <span className={styles["direction"]} data-ascending={sorting.ascending}>
            <Icon name="arrowDown" size={12} />
          </span>
        )}
      </button>
    </th>
  );
}

function Row({ model, onAsk }: { model: Model; onAsk: (what: "rename" | "delete") => void }) {
  const client = useQueryClient();
  const duplicate = useMutation({
    mutationFn: async () =>
      dataOf(await api.POST("/api/v1/models/{model}/duplicate", { params: { path: { model: model.id } } })),
    onSuccess: (copy) => {
      void client.invalidateQueries({ queryKey: ["models"] });
      notify(text("start.duplicated", { name: copy.name }));
    },
    onError: (error) => notify(messageOf(error), "err"),
  });
  return (
    <tr>
      <th scope="row">
        <Link to={`/models/${model.id}`}>{model.name}</Link>
      </th>
      <td>{text("canvas.count", { count: model.component_count })}</td>
      <td>
        <LastRun model={model} />
      </td>
      <td>
        <time dateTime={model.updated}>{ago(model.updated)}</time>
      </td>
      <td>
        <Menu
          align="end"
          trigger={<IconButton icon="more" label={text("start.actions", { name: model.name })} side="left" />}
          items={[
            { label: text("start.rename"), icon: "note", onSelect: () => onAsk("rename") },
            { label: text("start.duplicate"), icon: "copy", onSelect: () => duplicate.mutate() },
            null,
            { label: text("start.delete"), icon: "trash", onSelect: () => onAsk("delete") },
          ]}
        />
      </td>
    </tr>
  );
}

function LastRun({ model }: { model: Model }) {
  const run = model.last_run;
  if (!run) return <span className={styles["quiet"]}>{text("start.noRun")}</span>;
  const metric = mainMetric(run);
  return (
    <span className={styles["run"]}>
      <span className={styles["state"]} data-state={run.state}>
        {text(`run.state.${run.state}`)}
      </span>
      {metric && run.state !== "FAILED" && (
        <span className={styles["metric"]}>
          {metricName(metric.name)} {metricText(metric.name, metric.value)}
        </span>
      )}
    </span>
  );
}
