// A preview in full: any variable of the component, any row of the data, and the figures of what is shown.

import { useCallback, useEffect, useId, useState, useSyncExternalStore } from "react";
import { rowsOf, useDataset } from "@/app/dataset";
import { useDocument, useLive, useWorkspace } from "@/app/workspace";
import { NumberField } from "@/design/NumberField";
import { EmptyState } from "@/design/Panel";
import { Select } from "@/design/Select";
import type { ModelDocument } from "@/document/model";
import { scaleOf, stopsOf, type Visualization } from "@/live/picture";
import type { Sample } from "@/live/session";
import type { ComponentVariable } from "@/live/store";
import { figure, shapeText, type TextKey, text } from "@/text/text";
import { ChannelPager } from "./ChannelPager";
import styles from "./detail.module.css";
import { Picture } from "./Picture";
import { useAddress } from "./useAddress";

interface Shown {
  shape: readonly (number | null)[] | null;
  dtype: string | null;
  statistics: ComponentVariable["statistics"];
  visualization: ComponentVariable["visualization"];
}

export function PreviewDetail({ id, large = false }: { id: string; large?: boolean }) {
  const live = useLive(id);
  const [name, setName] = useState("");
  const variable = useVariable(id, name);
  const shown: Shown | null = name ? variable : live.preview;
  const names = useNames(id, variable);
  return (
    <div className={styles["detail"]} data-large={large}>
      <div className={styles["choices"]}>
        <Select
          label={text("preview.variable")}
          value={name || "output"}
          options={names.map((item) => ({ value: item, label: item }))}
          onChange={(value) => setName(value)}
        />
        <SampleChoice />
      </div>
      {shown?.visualization ? (
        <Visual
          key={`${id} ${name}`}
          picture={shown.visualization}
          label={`${id}.${name || "output"}`}
          size={large ? "large" : "small"}
        />
      ) : (
        <EmptyState
          icon="enlarge"
          title={
            variable?.error?.message ??
            live.preview?.error?.message ??
            text(name ? "preview.missing" : "node.noPreview")
          }
        />
      )}
      {shown && <Figures shown={shown} parameters={name ? undefined : live.preview?.parameter_count} />}
      {live.preview && !name && (
        <p className={styles["time"]}>
          {text("preview.time")}: {figure(live.preview.milliseconds)} ms
          {live.preview.cached && `, ${text("preview.cached")}`}
        </p>
      )}
    </div>
  );
}

/** A variable as it is now, and as it becomes while the model is edited. */
function useVariable(component: string, name: string): ComponentVariable | null {
  const { session } = useWorkspace();
  const [variable, setVariable] = useState<ComponentVariable | null>(null);
  useEffect(() => {
    setVariable(null);
    // The names of all variables come with any answer, also with that of a variable that is not there.
    const wanted = name || "output";
    return session.watch([{ component, name: wanted }], (found) => {
      if (found.component === component && found.name === wanted) setVariable(found);
    });
  }, [session, component, name]);
  return variable;
}

function useNames(component: string, variable: ComponentVariable | null): string[] {
  const live = useLive(component);
  const known = variable?.names ?? [];
  const outputs = Object.keys(live.outputs);
  return [...new Set(["output", ...outputs, ...known])];
}

const SPLITS = ["train", "validation", "test"] as const;

/** Which rows all previews show. */
export function SampleChoice() {
  const { session } = useWorkspace();
  const sample = useSyncExternalStore(session.onSample, () => session.sample);
  const rows = useRows(sample.split);
  const id = useId();
  const change = (part: Partial<Sample>) => session.setSample({ ...sample, ...part });
  return (
    <div className={styles["sample"]}>
      <Select
        label={text("preview.split")}
        value={sample.split}
        options={SPLITS.map((split) => ({ value: split, label: text(`preview.${split}` as TextKey) }))}
        onChange={(split) => change({ split: split as Sample["split"], index: 0 })}
      />
      <label htmlFor={`${id}index`}>{text("preview.row")}</label>
      <NumberField
        id={`${id}index`}
        label={text("preview.row")}
        value={sample.index + 1}
        min={1}
        max={rows}
        integer
        onChange={(index) => change({ index: index - 1 })}
      />
    </div>
  );
}

/** How many rows a part of the data has at most; undefined where nobody knows. */
function useRows(part: Sample["split"]): number | undefined {
  const reference = useDocument(useCallback((document: ModelDocument) => document.dataset, []));
  const dataset = useDataset(reference);
  return reference && dataset ? Math.max(1, rowsOf(reference.split, part, dataset.rows)) : undefined;
}

const SIZES = { large: [680, 340], small: [300, 220], flat: [300, 72] } as const;

interface VisualProps {
  picture: Visualization;
  label: string;
  size: keyof typeof SIZES;
}

/** A picture of a tensor with its scale; channels can be paged. */
export function Visual({ picture, label, size }: VisualProps) {
  const image = useAddress(picture);
  const [width, height] = SIZES[size];
  return (
    <figure className={styles["figure"]}>
      {picture.kind === "channels" && image ? (
        <ChannelPager picture={picture} image={image} label={label} height={height} />
      ) : (
        <div
          className={styles["stage"]}
          style={{ height: picture.kind === "probabilities" ? "auto" : height }}
        >
          <Picture picture={picture} image={image} width={width} height={height} detailed label={label} />
        </div>
      )}
      <Legend picture={picture} />
    </figure>
  );
}

function Legend({ picture }: { picture: Visualization }) {
  if (picture.kind === "text" || picture.kind === "scalar" || picture.kind === "probabilities") return null;
  const gradient = picture.png ? `linear-gradient(90deg, ${stopsOf(scaleOf(picture)).join(", ")})` : null;
  return (
    <figcaption className={styles["legend"]}>
      <span>{figure(picture.min)}</span>
      {gradient ? <i style={{ background: gradient }} /> : <span className={styles["spacer"]} />}
      <span>{figure(picture.max)}</span>
    </figcaption>
  );
}

function Figures({ shown, parameters }: { shown: Shown; parameters?: number | undefined }) {
  const { statistics } = shown;
  const rows: [TextKey, string][] = [
    ["preview.shape", shapeText(shown.shape)],
    ["preview.dtype", shown.dtype ?? "–"],
  ];
  if (parameters) rows.push(["preview.parameters", parameters.toLocaleString("en")]);
  if (statistics) {
    rows.push(
      ["preview.min", figure(statistics.min)],
      ["preview.max", figure(statistics.max)],
      ["preview.mean", figure(statistics.mean)],
      ["preview.std", figure(statistics.std)],
    );
    if (statistics.zero_fraction != null)
      rows.push(["preview.zeros", `${(statistics.zero_fraction * 100).toFixed(1)} %`]);
    if (statistics.nan_count) rows.push(["preview.nan", statistics.nan_count.toLocaleString("en")]);
  }
  return (
    <dl className={styles["figures"]}>
      {rows.map(([key, value]) => (
        <div key={key}>
          <dt>{text(key)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
