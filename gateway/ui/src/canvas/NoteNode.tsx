import { type NodeProps, NodeResizer } from "@xyflow/react";
import { memo, useState } from "react";
import { useWorkspace } from "@/app/workspace";
import { changeNote } from "@/document/edits";
import { text } from "@/text/text";
import styles from "./canvas.module.css";
import type { NoteNodeType } from "./nodes";

/** Free text on the canvas; a double click, or Enter, edits it. */
export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps<NoteNodeType>) {
  const { store } = useWorkspace();
  const [typed, setTyped] = useState<string | null>(data.note.text ? null : "");
  const accept = () => {
    const value = typed;
    setTyped(null);
    if (value !== null) store.edit({ label: text("edit.note") }, changeNote(id, { text: value }));
  };
  return (
    <div className={styles["note"]} data-selected={selected}>
      <NodeResizer
        isVisible={selected}
        minWidth={120}
        minHeight={60}
        onResizeEnd={(_, { x, y, width, height }) =>
          store.edit(
            { label: text("edit.note") },
            changeNote(id, {
              position: [Math.round(x), Math.round(y)],
              size: [Math.round(width), Math.round(height)],
            }),
          )
        }
      />
      {typed === null ? (
        // biome-ignore lint/a11y/noStaticElementInteractions: Enter on the note does the same.
        <div className={styles["noteText"]} onDoubleClick={() => setTyped(data.note.text)}>
          {data.note.text || text("canvas.note")}
        </div>
      ) : (
        <textarea
          // biome-ignore lint/a11y/noAutofocus: it was opened to be written into.
          autoFocus
          className={`${styles["noteText"]} nodrag nowheel`}
          aria-label={text("canvas.note")}
          placeholder={text("canvas.note.placeholder")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={accept}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      )}
    </div>
  );
});
