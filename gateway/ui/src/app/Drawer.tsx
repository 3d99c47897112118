import { type PointerEvent, Suspense, useRef, useState } from "react";
import { IconButton } from "@/design/Button";
import { Panel } from "@/design/Panel";
import { text } from "@/text/text";
import styles from "./app.module.css";
import { drawers } from "./drawers";
import { Loading } from "./Loading";
import { useWorkspace } from "./workspace";

const LEAST = 120;

/** The panel below the canvas; its upper edge can be dragged. */
export default function Drawer({ name }: { name: string }) {
  const { view } = useWorkspace();
  const entry = drawers[name];
  const [height, setHeight] = useState<number | null>(null);
  const drag = useRef<{ y: number; from: number } | null>(null);
  if (!entry) return null;
  const shown = height ?? entry.height;
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current)
      setHeight(
        Math.max(LEAST, Math.min(drag.current.from + drag.current.y - event.clientY, innerHeight * 0.7)),
      );
  };
  const Content = entry.content;
  return (
    <div className={styles["drawer"]} style={{ height: shown }}>
      <div
        className={styles["grip"]}
        onPointerDown={(event) => {
          drag.current = { y: event.clientY, from: shown };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          drag.current = null;
        }}
      />
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
        <Suspense fallback={<Loading />}>
          <Content />
        </Suspense>
      </Panel>
    </div>
  );
}
