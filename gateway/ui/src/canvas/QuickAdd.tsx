// Quick add: type a few letters, press Enter, and the component is there, connected to what asked for it.

import { Command as List } from "cmdk";
import { useEffect, useRef, useState } from "react";
import { type ComponentType, useWorkspace } from "@/app/workspace";
import { categoryColor, categoryIcon, Icon } from "@/design/icons";
import { NoOption } from "@/design/NoOption";
import { text } from "@/text/text";
import { addType, typesFor } from "./adding";
import { categoryTitle } from "./Palette";
import styles from "./palette.module.css";
import { searchTypes } from "./search";
import { type QuickAddState, useCanvas } from "./state";

export function QuickAdd() {
  const state = useCanvas(({ quickAdd }) => quickAdd);
  return state && <Window key={`${state.at.x} ${state.at.y}`} state={state} />;
}

const WIDTH = 300;
const HEIGHT = 330;
const close = () => useCanvas.setState({ quickAdd: null });

function Window({ state }: { state: QuickAddState }) {
  const workspace = useWorkspace();
  const [search, setSearch] = useState("");
  const frame = useRef<HTMLDivElement>(null);
  const found = searchTypes(typesFor(workspace, state.from), search);
  const choose = (type: ComponentType) => {
    close();
    const id = addType(workspace, type, state.place, state.from);
    requestAnimationFrame(() => workspace.canvas?.focus(id));
  };
  useEffect(() => {
    const onPointerDown = (event: PointerEvent) => {
      if (event.target instanceof Node && !frame.current?.contains(event.target)) close();
    };
    window.addEventListener("pointerdown", onPointerDown);
    return () => window.removeEventListener("pointerdown", onPointerDown);
  }, []);
  const left = Math.max(8, Math.min(state.at.x, innerWidth - WIDTH - 8));
  const top = Math.max(8, Math.min(state.at.y, innerHeight - HEIGHT - 8));
  return (
    <div
      ref={frame}
      className={styles["quick"]}
      role="dialog"
      aria-label={text("quickAdd.title")}
      style={{ left, top }}
    >
      {state.from && (
        <p className={styles["context"]}>
          {text(state.from.side === "source" ? "quickAdd.after" : "quickAdd.before", {
            port: `${state.from.component}.${state.from.port}`,
          })}
        </p>
      )}
      <List label={text("quickAdd.title")} shouldFilter={false} loop>
        <List.Input
          autoFocus
          value={search}
          onValueChange={setSearch}
          placeholder={text("quickAdd.placeholder")}
          onKeyDown={(event) => event.key === "Escape" && close()}
        />
        <List.List className={styles["options"]}>
          <NoOption className={styles["context"]}>{text("palette.nothing", { search })}</NoOption>
          {found.map((type) => (
            <List.Item
              key={type.type}
              value={type.type}
              className={styles["option"]}
              onSelect={() => choose(type)}
            >
              <span style={{ color: categoryColor(type.category), display: "inline-flex" }}>
                <Icon name={categoryIcon(type.category)} />
              </span>
              {type.title}
              <small>{categoryTitle(type.category)}</small>
            </List.Item>
          ))}
        </List.List>
      </List>
    </div>
  );
}
