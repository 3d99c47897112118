// What a data component reads: the dataset, its columns and their types, how it is split, and how to take another one.

import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { Schemas } from "@/api/client";
import { queries } from "@/api/queries";
import { rowsOf, useDataset } from "@/app/dataset";
import { useDocument, useWorkspace } from "@/app/workspace";
import { Button } from "@/design/Button";
import { Icon } from "@/design/icons";
import { NumberField } from "@/design/NumberField";
import { Select } from "@/design/Select";
import type { Component, DatasetReference, ModelDocument, Split } from "@/document/model";
import { figure, shortNumber, text } from "@/text/text";
import { changeDataset } from "./dataset";
import styles from "./inspector.module.css";
import { OtherDataset } from "./OtherDataset";

type Dataset = Schemas["Dataset"];

export function DataSection({ component }: { component: Component }) {
  const reference = useDocument(useCallback((document: ModelDocument) => document.dataset, []));
  const datasets = useQuery(queries.datasets());
  const [choosing, setChoosing] = useState(false);
  const dataset = useDataset(reference);
  const name = String(component.settings["feature"] ?? "");
  const feature = useFeature(dataset, reference, name);
  return (
    <>
      {reference && feature && (
        <Column name={name} feature={feature} reference={reference} dataset={dataset} />
      )}
      <h3 className={styles["part"]}>{text("data.dataset")}</h3>
      <div className={styles["dataset"]}>
        <Icon name="data" />
        <span>
          <strong>{dataset?.name ?? reference?.source ?? text("data.none")}</strong>
          {dataset && <small>{text("datasets.rows", { count: dataset.rows })}</small>}
        </span>
        <Button onClick={() => setChoosing(true)}>{text("data.other")}</Button>
      </div>
      {reference && <SplitFields reference={reference} rows={dataset?.rows} />}
      {choosing && (
        <OtherDataset current={reference} datasets={datasets.data ?? []} onClose={() => setChoosing(false)} />
      )}
    </>
  );
}

/** A column with the figures that it has by its type in the model, over the rows that the model learns from. */
function useFeature(dataset: Dataset | undefined, reference: DatasetReference | null, name: string) {
  const own = dataset?.features[name];
  const type = reference?.features[name]?.type;
  const body = { types: type ? { [name]: type } : {}, split: reference?.split ?? null };
  const { data } = useQuery({
    ...queries.profile(dataset?.id ?? "", body),
    enabled: own !== undefined,
    placeholderData: (before) => (before?.hash === dataset?.hash ? before : undefined),
  });
  return data?.features[name] ?? own;
}

interface ColumnProps {
  name: string;
  feature: Dataset["features"][string];
  reference: DatasetReference;
  dataset: Dataset | undefined;
}

function Column({ name, feature, reference, dataset }: ColumnProps) {
  const { store } = useWorkspace();
  const type = reference.features[name]?.type ?? feature.type;
  const options = [...new Set([type, feature.type, ...feature.types])];
  const warnings = (dataset?.warnings ?? []).filter((item) => item.feature === name);
  return (
    <>
      <h3 className={styles["part"]}>{text("data.column")}</h3>
      <div className={styles["setting"]}>
        <label htmlFor="feature-type">{text("data.type")}</label>
        <Select
          id="feature-type"
          label={text("data.type")}
          value={type}
          options={options.map((value) => ({ value, label: value }))}
          onChange={(value) =>
            store.edit(
              { label: text("data.edit.type", { name }) },
              changeDataset((current) => ({
                ...current,
                features: { ...current.features, [name]: { type: value } },
              })),
            )
          }
        />
      </div>
      {feature.type === type ? <Facts statistics={feature.statistics} /> : <p>{text("app.loading")}</p>}
      {warnings.map((item) => (
        <p key={item.code} className={styles["finding"]} data-severity="warning">
          <Icon name="warning" size={12} />
          {item.message}
        </p>
      ))}
    </>
  );
}

const SHOWN_CLASSES = 12;

/** The figures of a column; of its classes the first. */
function Facts({ statistics }: { statistics: Dataset["features"][string]["statistics"] }) {
  const { classes } = statistics;
  const rest = Array.isArray(classes) ? classes.length - SHOWN_CLASSES : 0;
  return (
    <>
      <dl className={styles["facts"]}>
        {Object.entries(statistics)
          .filter(([, value]) => typeof value === "number" || typeof value === "string")
          .map(([key, value]) => (
            <div key={key}>
              <dt>{key.replaceAll("_", " ")}</dt>
              <dd>{typeof value === "number" ? figure(value) : String(value)}</dd>
            </div>
          ))}
      </dl>
      {Array.isArray(classes) && (
        <p className={styles["classes"]}>
          {text("dataset.classes", {
            count: classes.length,
            names: classes.slice(0, SHOWN_CLASSES).join(", ") + (rest > 0 ? ", …" : ""),
          })}
        </p>
      )}
    </>
  );
}

const PARTS = ["train", "validation", "test"] as const;

function SplitFields({ reference, rows }: { reference: DatasetReference; rows: number | undefined }) {
  const { store } = useWorkspace();
  const { split } = reference;
  const change = (next: Split) =>
    store.edit(
      { label: text("data.edit.split"), merges: "split" },
      changeDataset((current) => ({ ...current, split: next })),
    );
  return (
    <>
      <h3 className={styles["part"]}>{text("data.split")}</h3>
      <div className={styles["split"]}>
        {PARTS.map((part) => (
          <div key={part}>
            <label htmlFor={`split-${part}`}>{text(`data.split.${part}`)}</label>
            <NumberField
              id={`split-${part}`}
              label={text(`data.split.${part}`)}
              value={Math.round(split[part] * 1000) / 10}
              min={part === "train" ? 1 : 0}
              max={98}
              unit="%"
              onChange={(percent) => change(withShare(split, part, percent / 100))}
              onScrubStart={() => store.begin({ label: text("data.edit.split") })}
              onScrubEnd={() => store.end()}
            />
            {rows !== undefined && <small>{shortNumber(rowsOf(split, part, rows))}</small>}
          </div>
        ))}
        <div>
          <label htmlFor="split-seed">{text("data.split.seed")}</label>
          <NumberField
            id="split-seed"
            label={text("data.split.seed")}
            value={split.seed}
            min={0}
            max={2147483647}
            integer
            onChange={(seed) => change({ ...split, seed })}
          />
        </div>
      </div>
    </>
  );
}

/** A split with another share of one part; the others give way, training last, and all together stay a whole. */
export function withShare(split: Split, part: (typeof PARTS)[number], share: number): Split {
  const [first, second] = PARTS.filter((other) => other !== part).sort(
    (a, b) => Number(b === "train") - Number(a === "train"),
  ) as ["train" | "validation", "validation" | "test"];
  const rest = Math.max(0, 1 - share);
  const kept = Math.min(split[second], rest);
  const round = (value: number) => Math.round(value * 1e4) / 1e4;
  return { ...split, [part]: round(share), [second]: round(kept), [first]: round(rest - kept) };
}
