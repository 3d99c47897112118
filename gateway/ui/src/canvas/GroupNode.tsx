import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { useWorkspace } from "@/app/workspace";
import { changeGroup } from "@/document/edits";
import { text } from "@/text/text";
import styles from "./canvas.module.css";
import type { GroupNodeType } from "./nodes";

/** A frame around components: as large as they need, dragged with them. */
export const GroupNode = memo(function GroupNode({ id, data, selected }: NodeProps<GroupNodeType>) {
  const { store } = useWorkspace();
  const rename = (title: string) =>
    store.edit({ label: text("edit.group"), merges: `title ${id}` }, changeGroup(id, { title }));
  return (
    <div
      className={styles["group"]}
      data-selected={selected}
      style={{ "--category": `var(--category-${data.group.color})` } as React.CSSProperties}
    >
      <input
        className="nodrag"
        aria-label={text("canvas.group.title")}
        value={data.group.title}
        onChange={(event) => rename(event.target.value)}
      />
    </div>
  );
});
