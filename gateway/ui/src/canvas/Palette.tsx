// The components there are, by category: dragged onto the canvas, or added by a click.

import { type DragEvent, useMemo, useState } from "react";
import { Separator } from "@/app/Separator";
import { type ComponentType, useWorkspace } from "@/app/workspace";
import { run } from "@/commands/registry";
import { IconButton } from "@/design/Button";
import { categoryColor, categoryIcon, Icon } from "@/design/icons";
import { EmptyState, Panel } from "@/design/Panel";
import { SearchField } from "@/design/TextField";
import { groupBy } from "@/document/collections";
import { en } from "@/text/en";
import { type TextKey, text } from "@/text/text";
import { addType } from "./adding";
import { PluginProblems } from "./PluginProblems";
import styles from "./palette.module.css";
import { searchTypes } from "./search";
import { DRAGGED_TYPE } from "./useGestures";

/** In pixels, as in the style sheet. */
const WIDTH = 208;
const ORDER = ["data", "processing", "layers", "operations", "applications", "training"];

/** The name of a category; one that a plugin brings has its own name. */
export function categoryTitle(category: string): string {
  const key = `category.${category}`;
  return key in en ? text(key as TextKey) : category.charAt(0).toUpperCase() + category.slice(1);
}

export function Palette() {
  const workspace = useWorkspace();
  const [search, setSearch] = useState("");
  const types = useMemo(() => [...workspace.types.values()], [workspace]);
  const found = useMemo(() => searchTypes(types, search), [types, search]);
  const rank = (category: string) => ORDER.indexOf(category) + 1 || ORDER.length + 1;
  const groups = [...groupBy(found, (type) => type.category)].sort(([a], [b]) => rank(a) - rank(b));
  const add = (type: ComponentType) =>
    addType(workspace, type, { position: workspace.canvas?.middle() ?? [0, 0], pointed: false });
  return (
    <Panel
      label={text("palette.title")}
      title={text("palette.title")}
      className={styles["palette"]}
      tools={
        <IconButton
          icon="close"
          label={text("command.toggle.palette")}
          onClick={() => run("toggle.palette")}
        />
      }
    >
      <Separator panel="palette" title={text("palette.title")} normal={WIDTH} edge="right" />
      <div className={styles["search"]}>
        <SearchField
          label={text("palette.search")}
          title={text("palette.hint")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && found[0]) add(found[0]);
            if (event.key === "Escape") setSearch("");
          }}
        />
      </div>
      <div className={styles["list"]}>
        {!found.length && <EmptyState title={text("palette.nothing", { search })} />}
        {search.trim() ? (
          <Types types={found} onAdd={add} />
        ) : (
          groups.map(([category, members]) => (
            <section key={category}>
              <h3>{categoryTitle(category)}</h3>
              <Types types={members} onAdd={add} />
            </section>
          ))
        )}
      </div>
      <PluginProblems />
    </Panel>
  );
}

function Types({ types, onAdd }: { types: readonly ComponentType[]; onAdd: (type: ComponentType) => void }) {
  const drag = (event: DragEvent, type: ComponentType) => {
    event.dataTransfer.setData(DRAGGED_TYPE, type.type);
    event.dataTransfer.effectAllowed = "copy";
  };
  return (
    <ul>
      {types.map((type) => (
        <li key={type.type}>
          <button
            type="button"
            draggable
            title={type.error ?? type.summary}
            data-broken={type.error ? "" : undefined}
            data-type={type.type}
            onClick={() => onAdd(type)}
            onDragStart={(event) => drag(event, type)}
          >
            <span className={styles["glyph"]} style={{ color: categoryColor(type.category) }}>
              <Icon name={categoryIcon(type.category)} />
            </span>
            {type.title}
            {type.error && <Icon name="warning" />}
          </button>
        </li>
      ))}
    </ul>
  );
}
