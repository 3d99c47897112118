// Another dataset for the model: which, and which of its columns stand for those that the model reads.

import { useState } from "react";
import type { Schemas } from "@/api/client";
import { useWorkspace } from "@/app/workspace";
import { Button } from "@/design/Button";
import { Dialog } from "@/design/Dialog";
import { Select } from "@/design/Select";
import type { DatasetReference } from "@/document/model";
import { text } from "@/text/text";
import { columnsRead, guessMapping, mapTo } from "./dataset";
import styles from "./inspector.module.css";

interface OtherDatasetProps {
  current: DatasetReference | null;
  datasets: readonly Schemas["Dataset"][];
  onClose: () => void;
}

export function OtherDataset({ current, datasets, onClose }: OtherDatasetProps) {
  const { store } = useWorkspace();
  const columns = columnsRead(store.document);
  const [chosen, setChosen] = useState("");
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const dataset = datasets.find((item) => item.id === chosen);
  const choose = (id: string) => {
    const found = datasets.find((item) => item.id === id);
    setChosen(id);
    setMapping(found ? guessMapping(columns, current, found) : {});
  };
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
        onChange={choose}
        options={datasets.map((item) => ({ value: item.id, label: item.name }))}
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
