// One setting: its field, what it means, where its value comes from, and what is wrong with it.

import { useState } from "react";
import { useWorkspace } from "@/app/workspace";
import { IconButton } from "@/design/Button";
import { Icon } from "@/design/icons";
import { NumberField } from "@/design/NumberField";
import { Badge } from "@/design/Panel";
import { Select } from "@/design/Select";
import { Switch } from "@/design/Switch";
import { TextField } from "@/design/TextField";
import { setSetting } from "@/document/edits";
import type { Component, Json } from "@/document/model";
import type { Diagnostic } from "@/live/store";
import { text } from "@/text/text";
import { type Field, listText, readList, type Standing, standingOf, valueText } from "./fields";
import styles from "./inspector.module.css";

interface SettingFieldProps {
  id: string;
  field: Field;
  component: Component;
  findings: readonly Diagnostic[];
  /** The names to choose from, where the schema says that there are some. */
  choices?: readonly string[] | undefined;
}

export function SettingField({ id, field, component, findings, choices }: SettingFieldProps) {
  const { store } = useWorkspace();
  const standing = standingOf(field, component.settings, component.suggested);
  const label = text("edit.setting", { id, name: field.label });
  const change = (value: Json | undefined) =>
    store.edit({ label, merges: `${id}.${field.name}` }, setSetting(id, field.name, value));
  const key = `${id}-${field.name}`;
  const found = findings.filter((item) => item.setting === field.name);
  return (
    <div className={styles["setting"]} data-origin={standing.origin}>
      <div className={styles["settingHead"]}>
        <label htmlFor={key}>{field.label}</label>
        {standing.origin === "suggested" && <Badge tone="accent">{text("settings.suggested")}</Badge>}
        {standing.origin === "set" && (
          <IconButton
            icon="undo"
            label={text("settings.reset", { value: valueText(resetValue(field, component)) })}
            onClick={() => change(undefined)}
            side="left"
          />
        )}
      </div>
      <Control
        {...{ field, standing, change, choices }}
        id={key}
        invalid={found.some((item) => item.severity === "error")}
        onScrubStart={() => store.begin({ label })}
        onScrubEnd={() => store.end()}
      />
      <p id={`${key}-help`} className={styles["help"]}>
        {field.help}
      </p>
      {found.map((item) => (
        <p key={item.code + item.message} className={styles["finding"]} data-severity={item.severity}>
          <Icon name={item.severity === "tip" ? "tip" : item.severity} size={12} />
          {item.message}
        </p>
      ))}
    </div>
  );
}

function resetValue(field: Field, component: Component): Json | undefined {
  return standingOf(field, {}, component.suggested).value;
}

interface ControlProps {
  id: string;
  field: Field;
  standing: Standing;
  change: (value: Json | undefined) => void;
  choices?: readonly string[] | undefined;
  invalid: boolean;
  onScrubStart: () => void;
  onScrubEnd: () => void;
}

function Control({ id, field, standing, change, choices, invalid, ...scrub }: ControlProps) {
  const { value } = standing;
  switch (field.kind) {
    case "number":
      if (typeof value !== "number")
        return (
          <ListControl
            id={id}
            field={{ ...field, ...ONE, item: field.integer ? "integer" : "number" }}
            value={value}
            change={change}
          />
        );
      return (
        <NumberField
          {...scrub}
          id={id}
          label={field.label}
          value={value}
          onChange={change}
          min={field.min}
          max={field.max}
          integer={field.integer}
          unit={field.unit}
          describedBy={`${id}-help`}
          invalid={invalid}
        />
      );
    case "switch":
      return <Switch id={id} label={field.label} checked={value === true} onChange={change} />;
    case "choice":
      return <Choice id={id} field={field} value={value} change={change} />;
    case "list":
      return <ListControl id={id} field={field} value={value} change={change} />;
    case "text":
      return choices ? (
        <Select
          id={id}
          label={field.label}
          value={String(value ?? "")}
          options={choices.map((name) => ({ value: name, label: name }))}
          onChange={change}
        />
      ) : (
        <TypedText id={id} field={field} value={String(value ?? "")} change={change} />
      );
  }
}

const ONE = { kind: "list", single: true, least: 1, most: 1 } as const;

function Choice({
  id,
  field,
  value,
  change,
}: Pick<ControlProps, "id" | "change"> & {
  field: Extract<Field, { kind: "choice" }>;
  value: Json | undefined;
}) {
  const options = field.options.map((option) => ({ value: JSON.stringify(option), label: words(option) }));
  if (field.nullable) options.unshift({ value: "null", label: text("settings.fromData") });
  return (
    <Select
      id={id}
      label={field.label}
      value={JSON.stringify(value ?? null)}
      options={options}
      onChange={(chosen) => change(JSON.parse(chosen) as Json)}
    />
  );
}

/** A value of an enumeration as words: `mean_squared_error` is read as mean squared error. */
function words(option: Json): string {
  return String(option).replaceAll("_", " ");
}

type ListProps = Pick<ControlProps, "id" | "change"> & {
  field: Extract<Field, { kind: "list" }>;
  value: Json | undefined;
};

/** A list of numbers or words, typed with commas; what cannot be read stays until it can. */
function ListControl({ id, field, value, change }: ListProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const read = typed === null ? undefined : readList(typed, field);
  const emptied = typed !== null && typed.trim() === "" && field.nullable;
  const accept = () => {
    if (emptied) change(undefined);
    else if (read !== undefined) change(read);
    setTyped(null);
  };
  return (
    <TextField
      id={id}
      aria-describedby={`${id}-help`}
      aria-invalid={(typed !== null && read === undefined && !emptied) || undefined}
      data-settled={typed === null || undefined}
      placeholder={field.nullable ? text("settings.fromData") : text("settings.list")}
      value={typed ?? listText(value)}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={accept}
      onKeyDown={(event) => {
        if (event.key === "Enter") accept();
        if (event.key === "Escape" && typed !== null) {
          event.stopPropagation();
          setTyped(null);
        }
      }}
    />
  );
}

type TextProps = Pick<ControlProps, "id" | "change"> & {
  field: Extract<Field, { kind: "text" }>;
  value: string;
};

/** A text, set as it is typed; only what is too short or too long stays here, until it is left. */
function TypedText({ id, field, value, change }: TextProps) {
  const [wrong, setWrong] = useState<string | null>(null);
  const type = (typed: string) => {
    const fits = typed.length >= field.least && typed.length <= field.most;
    setWrong(fits ? null : typed);
    if (fits) change(typed);
  };
  return (
    <TextField
      id={id}
      aria-describedby={`${id}-help`}
      aria-invalid={wrong !== null || undefined}
      value={wrong ?? value}
      onChange={(event) => type(event.target.value)}
      onBlur={() => setWrong(null)}
    />
  );
}
