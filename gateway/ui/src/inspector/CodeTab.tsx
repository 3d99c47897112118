// The code of a component: seen, edited, and given back to the template.

import { useEffect, useMemo, useRef } from "react";
import { useDocument, useLive, useWorkspace } from "@/app/workspace";
import { CodeEditor } from "@/code/CodeEditor";
import { Conflict } from "@/code/Conflict";
import codeStyles from "@/code/code.module.css";
import { problemsOf } from "@/code/problems";
import { useComponentCode } from "@/code/useComponentCode";
import { Button } from "@/design/Button";
import { Badge } from "@/design/Panel";
import { endOf, type ModelDocument } from "@/document/model";
import { text } from "@/text/text";
import styles from "./inspector.module.css";
import "@/code/texts";

export default function CodeTab({ id }: { id: string }) {
  const code = useComponentCode(id);
  const live = useLive(id);
  const names = useNames(id);
  const problems = useMemo(() => problemsOf(live), [live]);
  const { view } = useWorkspace();
  const asked = view((state) => (state.line?.component === id ? state.line.number : null));
  const lines = useMemo(() => (asked === null ? null : { first: asked, last: asked }), [asked]);
  const type = (typed: string) => {
    // A mark that jumped back to its line at each keystroke would be in the way.
    view.setState({ line: null });
    code.type(typed);
  };
  const { found, typed, trouble } = code;
  const shown = typed ?? found?.code;
  if (shown === undefined) return <p className={styles["tab"]}>{trouble ?? text("app.loading")}</p>;
  const custom = found?.custom ?? false;
  const conflict = found?.hunks.some((hunk) => hunk.conflict) ?? false;
  const untaken = typed !== null && trouble !== null;
  return (
    <div className={codeStyles["component"]}>
      <div className={codeStyles["bar"]}>
        {found && (
          <Badge tone={custom ? "accent" : "plain"}>
            {text(custom ? "code.custom" : "code.fromTemplate")}
          </Badge>
        )}
        {(custom || untaken) && (
          <Button look="quiet" icon="undo" onClick={code.reset}>
            {text("code.reset")}
          </Button>
        )}
      </div>
      {trouble && (
        <p role="alert" className={styles["finding"]} data-severity="error">
          {trouble}
        </p>
      )}
      {found && conflict ? (
        <Conflict hunks={found.hunks} onResolve={code.resolve} />
      ) : (
        <CodeEditor
          className={codeStyles["editor"]}
          label={text("code.of", { id })}
          text={shown}
          problems={problems}
          lines={lines}
          onChange={type}
          onBlur={code.apply}
          onSave={code.apply}
          names={names}
        />
      )}
      {problems.length > 0 && (
        <ul className={codeStyles["problems"]}>
          {problems.map((item) => (
            <li key={`${item.line}${item.message}`} data-severity={item.severity}>
              <strong>{text("code.line", { line: item.line })}</strong> {item.message}
            </li>
          ))}
        </ul>
      )}
      <p className={codeStyles["hint"]}>{text("code.hint")}</p>
    </div>
  );
}

/** The names of the variables of the components before this one: what `X` has in its code. */
function useNames(id: string): () => readonly string[] {
  const { session } = useWorkspace();
  const connections = useDocument(useMemo(() => (document: ModelDocument) => document.connections, []));
  const names = useRef<ReadonlyMap<string, readonly string[]>>(new Map());
  useEffect(() => {
    const before = connections.filter((item) => endOf(item.to).component === id);
    const asked = [...new Set(before.map((item) => endOf(item.from).component))];
    if (!asked.length) return;
    return session.watch(
      asked.map((component) => ({ component, name: "output" })),
      (variable) => {
        names.current = new Map(names.current).set(variable.component, variable.names);
      },
    );
  }, [connections, id, session]);
  return () => [...names.current.values()].flat();
}
