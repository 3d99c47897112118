// Another dataset for the model: which, and which of its columns stand for those that the model reads.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, dataOf, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { useWorkspace } from "@/app/workspace";
import { Button } from "@/design/Button";
import { Dialog } from "@/design/Dialog";
import { Select } from "@/design/Select";
import { notify } from "@/design/toasts";
import type { DatasetReference } from "@/document/model";
import { text } from "@/text/text";
import { columnsRead, guessMapping, mapTo } from "./dataset";
import styles from "./inspector.module.css";

interface OtherDatasetProps {
  current: DatasetReference | null;
  datasets: readonly Schemas["Dataset"][];
  onClose: () => void;
}

const EXAMPLE = "example:";

export function OtherDataset({ current, datasets: known, onClose }: OtherDatasetProps) {
  const { store } = useWorkspace();
  const examples = useQuery(queries.examples());
  const [taken, take] = useTaken();
  const datasets = taken && !known.some(({ id }) => id === taken.id) ? [...known, taken] : known;
  const columns = columnsRead(store.document);
  const [chosen, setChosen] = useState("");
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const dataset = datasets.find((item) => item.id === chosen);
  const choose = async (id: string) => {
    setChosen(id);
    const found = id.startsWith(EXAMPLE)
      ? await take(id.slice(EXAMPLE.length))
      : datasets.find((item) => item.id === id);
    setChosen(found?.id ?? "");
    setMapping(found ? guessMapping(columns, current, found) : {});
  };
  const names = new Set(datasets.map(({ name }) => name));
  const options = [
    ...datasets.map((item) => ({ value: item.id, label: item.name })),
    ...(examples.data ?? [])
      .filter(({ name }) => !names.has(name))
      .map(({ name }) => ({ value: EXAMPLE + name, label: text("data.example", { name }) })),
  ];
  const missing = columns.filter((name) => !mapping[name]);
  const accept = () => {
    if (!dataset) return;
    store.edit({ label: text("data.edit.map", { name: dataset.name }) }, mapTo(dataset, mapping));
    onClose();
  };
  return (
    <Dialog title={text("data.map.title")} open onClose={onClose} width={520}>
      <label className={styles["wide"]} htmlFor="other-dataset">
        {text("data.dataset")}
      </label>
      <Select
        id="other-dataset"
        label={text("data.dataset")}
        value={chosen}
        onChange={(id) => void choose(id)}
        options={options}
      />
      {dataset && (
        <div className={styles["mapping"]}>
          <strong>{text("data.map.reads")}</strong>
          <strong>{text("data.map.becomes")}</strong>
          {columns.map((name) => (
            <Mapped
              key={name}
              name={name}
              value={mapping[name] ?? ""}
              options={Object.keys(dataset.features)}
              onChange={(column) => setMapping({ ...mapping, [name]: column })}
            />
          ))}
        </div>
      )}
      <div className={styles["actions"]}>
        {dataset && missing.length > 0 && (
          <span role="status">
            {text("data.map.missing", { count: missing.length, names: missing.join(", ") })}
          </span>
        )}
        <Button onClick={onClose}>{text("app.cancel")}</Button>
        <Button look="primary" disabled={!dataset || missing.length > 0} onClick={accept}>
          {text("data.map.go")}
        </Button>
      </div>
    </Dialog>
  );
}

/** An example becomes a dataset when it is chosen. */
function useTaken() {
  const client = useQueryClient();
  const [taken, setTaken] = useState<Schemas["Dataset"] | null>(null);
  const take = async (example: string) => {
    try {
      const dataset = dataOf(await api.POST("/api/v1/datasets", { body: { example } }));
      setTaken(dataset);
      void client.invalidateQueries({ queryKey: ["datasets"] });
      return dataset;
    } catch (error) {
      notify(messageOf(error), "err");
      return undefined;
    }
  };
  return [taken, take] as const;
}

interface MappedProps {
  name: string;
  value: string;
  options: readonly string[];
  onChange: (column: string) => void;
}

function Mapped({ name, value, options, onChange }: MappedProps) {
  return (
    <>
      <code>{name}</code>
      <Select
        label={text("data.map.for", { name })}
        value={value}
        onChange={onChange}
        options={options.map((column) => ({ value: column, label: column }))}
      />
    </>
  );
}
