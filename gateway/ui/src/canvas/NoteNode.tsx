import { type NodeProps, NodeResizer } from "@xyflow/react";
import { memo, useEffect, useState } from "react";
import { useWorkspace } from "@/app/workspace";
import { changeNote } from "@/document/edits";
import { text } from "@/text/text";
import styles from "./canvas.module.css";
import type { NoteNodeType } from "./nodes";
import { useCanvas } from "./state";

/** Free text on the canvas; a double click, or Enter, edits it. */
export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps<NoteNodeType>) {
  const workspace = useWorkspace();
  const [writing, setWriting] = useWriting(id);
  const write = (value: string) =>
    workspace.store.edit({ label: text("edit.note"), merges: `text ${id}` }, changeNote(id, { text: value }));
  return (
    <div className={styles["note"]} data-selected={selected}>
      <NodeResizer
        isVisible={selected}
        minWidth={120}
        minHeight={60}
        onResizeEnd={(_, { x, y, width, height }) =>
          workspace.store.edit(
            { label: text("edit.note") },
            changeNote(id, {
              position: [Math.round(x), Math.round(y)],
              size: [Math.round(width), Math.round(height)],
            }),
          )
        }
      />
      {writing ? (
        <textarea
          // biome-ignore lint/a11y/noAutofocus: it was opened to be written into.
          autoFocus
          className={`${styles["noteText"]} nodrag nowheel`}
          aria-label={text("canvas.note")}
          placeholder={text("canvas.note.placeholder")}
          value={data.note.text}
          onChange={(event) => write(event.target.value)}
          onBlur={() => setWriting(false)}
          onKeyDown={(event) => event.key === "Escape" && workspace.canvas?.focus(id)}
        />
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: Enter on the note does the same.
        <div className={styles["noteText"]} onDoubleClick={() => setWriting(true)}>
          {data.note.text || text("canvas.note")}
        </div>
      )}
    </div>
  );
});

/** Whether a note is written into; a command asks for that too, and once is enough. */
function useWriting(id: string) {
  const [writing, setWriting] = useState(false);
  const asked = useCanvas((state) => state.write === id);
  useEffect(() => {
    if (!asked) return;
    setWriting(true);
    useCanvas.setState({ write: null });
  }, [asked]);
  return [writing, setWriting] as const;
}
