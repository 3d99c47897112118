// The datasets there are: what they hold, a model from each, and out with those that nobody needs.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { AppBar } from "@/app/AppBar";
import page from "@/app/app.module.css";
import { Link } from "@/app/Link";
import { navigate } from "@/app/router";
import { Button, IconButton } from "@/design/Button";
import { Menu } from "@/design/Menu";
import { Badge, EmptyState } from "@/design/Panel";
import { notify } from "@/design/toasts";
import { ago, text } from "@/text/text";
import { DropTarget } from "./DropTarget";
import { AskDelete } from "./ModelDialogs";
import styles from "./start.module.css";
import "./texts";

type Dataset = Schemas["Dataset"];

export default function DatasetsPage() {
  const datasets = useQuery(queries.datasets());
  useEffect(() => {
    document.title = `${text("datasets.title")} · ${text("app.name")}`;
  }, []);
  return (
    <div className={page["page"]}>
      <AppBar />
      <main className={styles["main"]}>
        <div className={styles["column"]}>
          <DropTarget>
            {(choose) => (
              <section>
                <header className={styles["head"]}>
                  <h1>{text("datasets.title")}</h1>
                  <Button icon="add" onClick={choose}>
                    {text("command.import")}
                  </Button>
                </header>
                {datasets.error && <EmptyState icon="offline" title={messageOf(datasets.error)} />}
                {datasets.data && <DatasetList datasets={datasets.data} choose={choose} />}
              </section>
            )}
          </DropTarget>
        </div>
      </main>
    </div>
  );
}

function DatasetList({ datasets, choose }: { datasets: Dataset[]; choose: () => void }) {
  const [asked, setAsked] = useState<Dataset | null>(null);
  if (!datasets.length)
    return (
      <div className={styles["frame"]}>
        <EmptyState icon="data" title={text("datasets.empty")} hint={text("datasets.empty.hint")}>
          <Button look="primary" onClick={choose}>
            {text("start.choose")}
          </Button>
        </EmptyState>
      </div>
    );
  return (
    <div className={styles["frame"]}>
      <table className={styles["models"]}>
        <tbody>
          {datasets.map((dataset) => (
            <Row key={dataset.id} dataset={dataset} onDelete={() => setAsked(dataset)} />
          ))}
        </tbody>
      </table>
      {asked && <DeleteDataset dataset={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

function Row({ dataset, onDelete }: { dataset: Dataset; onDelete: () => void }) {
  const open = () => navigate(`/datasets/${dataset.id}`);
  return (
    <tr>
      <th scope="row">
        <Link to={`/datasets/${dataset.id}`}>{dataset.name}</Link>
      </th>
      <td>{text("datasets.rows", { count: dataset.rows })}</td>
      <td>{text("datasets.features", { count: Object.keys(dataset.features).length })}</td>
      <td>
        {dataset.warnings.length > 0 && (
          <Badge tone="warn" icon="warning">
            {text("datasets.warnings", { count: dataset.warnings.length })}
          </Badge>
        )}
      </td>
      <td>{text("datasets.added", { time: ago(dataset.created) })}</td>
      <td>
        <Menu
          align="end"
          trigger={
            <IconButton icon="more" label={text("start.actions", { name: dataset.name })} side="left" />
          }
          items={[
            { label: text("start.new"), icon: "add", onSelect: open },
            null,
            { label: text("start.delete"), icon: "trash", onSelect: onDelete },
          ]}
        />
      </td>
    </tr>
  );
}

function DeleteDataset({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/v1/datasets/{dataset}", { params: { path: { dataset: dataset.id } } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["datasets"] });
      notify(text("start.deleted", { name: dataset.name }));
      onClose();
    },
  });
  return (
    <AskDelete
      title={text("datasets.delete.title", { name: dataset.name })}
      hint={text("datasets.delete.hint")}
      trouble={remove.error && messageOf(remove.error)}
      busy={remove.isPending}
      onDelete={() => remove.mutate()}
      onClose={onClose}
    />
  );
}
