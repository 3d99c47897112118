// What is selected: its name, and tabs for its settings, code, preview and documentation.

import { useCallback, useState } from "react";
import { Separator } from "@/app/Separator";
import { useDocument, useWorkspace } from "@/app/workspace";
import { run } from "@/commands/registry";
import { IconButton } from "@/design/Button";
import { EmptyState, Panel } from "@/design/Panel";
import { Tabs } from "@/design/Tabs";
import { TextField } from "@/design/TextField";
import { rename } from "@/document/edits";
import { isComponentId, type ModelDocument } from "@/document/model";
import { text } from "@/text/text";
import styles from "./inspector.module.css";
import { useTabs } from "./tabs";

/** In pixels, as in the style sheet. */
const WIDTH = 336;

export function Inspector() {
  const { view, types } = useWorkspace();
  const selection = view((state) => state.selection);
  const tab = view((state) => state.tab);
  const shown = useTabs();
  const components = useDocument(useCallback((document: ModelDocument) => document.components, []));
  const chosen = [...selection].filter((id) => id in components);
  const [id] = chosen;
  const single = chosen.length === 1 && id !== undefined;
  const type = single ? types.get(components[id]?.type ?? "") : undefined;
  const title =
    chosen.length > 1
      ? text("inspector.several", { count: chosen.length })
      : (type?.title ?? text("inspector.title"));
  return (
    <Panel
      label={text("inspector.title")}
      title={title}
      className={styles["inspector"]}
      tools={
        <IconButton
          icon="close"
          label={text("command.toggle.inspector")}
          onClick={() => run("toggle.inspector")}
        />
      }
    >
      <Separator panel="inspector" title={text("inspector.title")} normal={WIDTH} edge="left" />
      {single ? (
        <>
          <Name key={id} id={id} />
          <Tabs
            className={styles["tabs"]}
            label={text("inspector.title")}
            value={shown.some(({ value }) => value === tab) ? tab : "settings"}
            onChange={(next) => view.setState({ tab: next })}
            tabs={shown.map(({ value, title: key, content: Content }) => ({
              value,
              label: text(key),
              content: <Content key={id} id={id} />,
            }))}
          />
        </>
      ) : (
        <EmptyState
          icon="settings"
          title={title === text("inspector.title") ? text("inspector.nothing") : title}
          hint={text("inspector.nothing.hint")}
        />
      )}
    </Panel>
  );
}

function Name({ id }: { id: string }) {
  const { store, code, view } = useWorkspace();
  const [typed, setTyped] = useState(id);
  const taken = typed !== id && typed in store.document.components;
  const trouble = taken
    ? text("inspector.name.taken")
    : isComponentId(typed)
      ? ""
      : text("inspector.name.bad");
  const accept = () => {
    if (trouble || typed === id) {
      setTyped(id);
      return;
    }
    code.rename(id, typed);
    store.edit({ label: text("edit.rename", { id }) }, rename(id, typed));
    view.setState({ selection: new Set([typed]) });
  };
  return (
    <div className={styles["name"]}>
      <TextField
        aria-label={text("inspector.name")}
        value={typed}
        aria-invalid={trouble !== "" || undefined}
        aria-describedby="name-trouble"
        onChange={(event) => setTyped(event.target.value)}
        onBlur={accept}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") setTyped(id);
        }}
      />
      {trouble && (
        <p id="name-trouble" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}
