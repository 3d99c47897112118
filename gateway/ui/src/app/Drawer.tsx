import { IconButton } from "@/design/Button";
import { Panel } from "@/design/Panel";
import { text } from "@/text/text";
import styles from "./app.module.css";
import { drawers } from "./drawers";
import { Separator } from "./Separator";
import { useWorkspace } from "./workspace";

/** The panel below the canvas; its upper edge can be moved. */
export default function Drawer({ name }: { name: string }) {
  const { view } = useWorkspace();
  const entry = drawers[name];
  if (!entry) return null;
  const Content = entry.content;
  return (
    <div className={styles["drawer"]} style={{ height: `var(--size-${name}, ${entry.height}px)` }}>
      <Separator key={name} panel={name} title={text(entry.title)} normal={entry.height} edge="top" />
      <Panel
        label={text(entry.title)}
        title={text(entry.title)}
        tools={
          <IconButton
            icon="close"
            label={text("app.close")}
            onClick={() => view.setState({ drawer: null })}
          />
        }
      >
        <Content />
      </Panel>
    </div>
  );
}
