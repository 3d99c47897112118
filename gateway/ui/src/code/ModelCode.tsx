// The whole program that the model is: line and component lead to each other; beside it what the model costs.

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, dataOf, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { useSettledDocument, useWorkspace } from "@/app/workspace";
import { shownKeys } from "@/commands/registry";
import { Button } from "@/design/Button";
import { copyText } from "@/design/clipboard";
import { EmptyState } from "@/design/Panel";
import { Tabs } from "@/design/Tabs";
import { text } from "@/text/text";
import { CodeEditor } from "./CodeEditor";
import { CostTable } from "./CostTable";
import styles from "./code.module.css";
import "@/code/texts";

export default function ModelCode() {
  const [tab, setTab] = useState("code");
  return (
    <Tabs
      className={styles["views"]}
      label={text("code.title")}
      value={tab}
      onChange={setTab}
      tabs={[
        { value: "code", label: text("code.program"), content: <Program /> },
        { value: "cost", label: text("cost.title"), content: <CostTable /> },
      ]}
    />
  );
}

function Program() {
  const { model, view } = useWorkspace();
  const document = useSettledDocument();
  const { data, error } = useQuery({
    queryKey: ["program", model, document],
    queryFn: async () => {
      const graph = document as unknown as Schemas["GraphRequest"]["graph"];
      return dataOf(await api.POST("/api/v1/code", { body: { graph } }));
    },
    placeholderData: (before: Schemas["Code"] | undefined) => before,
    gcTime: 0,
    retry: false,
  });
  const selection = view((state) => state.selection);
  const lines = useMemo(() => {
    const [id] = selection;
    const part = id && selection.size === 1 ? data?.components[id] : undefined;
    return part ? { first: part.first_line, last: part.last_line } : null;
  }, [selection, data]);
  if (!data) return <EmptyState icon="code" title={error ? messageOf(error) : text("app.loading")} />;
  const select = (line: number) => {
    const entry = Object.entries(data.components).find(
      ([, part]) => line >= part.first_line && line <= part.last_line,
    );
    if (entry && !selection.has(entry[0])) view.setState({ selection: new Set([entry[0]]) });
  };
  return (
    <div className={styles["program"]}>
      <div className={styles["bar"]}>
        <span>
          {error ? messageOf(error) : text("code.lines", { count: data.script.split("\n").length - 1 })}
        </span>
        <Button icon="copy" onClick={() => void copy(data.script)}>
          {text("code.copy")}
        </Button>
        <a
          className={styles["download"]}
          download="model.py"
          href={`data:text/x-python;charset=utf-8,${encodeURIComponent(data.script)}`}
        >
          {text("code.download")}
        </a>
      </div>
      <CodeEditor
        className={styles["editor"]}
        label={text("code.program")}
        text={data.script}
        lines={lines}
        onLine={select}
        readOnly
      />
    </div>
  );
}

const copy = (script: string) =>
  copyText(script, text("code.copied"), text("code.copyForbidden", { keys: shownKeys("Mod+C") }));
