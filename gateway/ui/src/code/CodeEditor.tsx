// An editor of Python: its text comes from outside, and what is typed goes there.

import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { extensions, type LineProblem, markLines, replaceText, showProblems } from "./editor";

interface CodeEditorProps {
  label: string;
  text: string;
  readOnly?: boolean;
  problems?: readonly LineProblem[];
  /** Lines to mark and to scroll to. */
  lines?: { first: number; last: number } | null;
  onChange?: (text: string) => void;
  onLine?: (line: number) => void;
  onBlur?: () => void;
  onSave?: () => void;
  names?: () => readonly string[];
  className?: string | undefined;
}

const NONE: readonly LineProblem[] = [];

export function CodeEditor(props: CodeEditorProps) {
  const { text, problems = NONE, lines = null, className } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const current = useRef(props);
  current.current = props;
  useEffect(() => {
    const first = current.current;
    const editor = new EditorView({
      parent: place.current ?? document.body,
      state: EditorState.create({
        doc: first.text,
        extensions: extensions({
          label: first.label,
          readOnly: first.readOnly ?? false,
          onChange: (typed) => current.current.onChange?.(typed),
          onLine: (line) => current.current.onLine?.(line),
          onBlur: () => current.current.onBlur?.(),
          onSave: () => current.current.onSave?.(),
          names: () => current.current.names?.() ?? [],
        }),
      }),
    });
    editor.scrollDOM.tabIndex = 0;
    view.current = editor;
    return () => editor.destroy();
  }, []);
  useEffect(() => {
    if (view.current) replaceText(view.current, text);
  }, [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other text has other lines.
  useEffect(() => {
    if (view.current) showProblems(view.current, problems);
  }, [problems, text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other text has other lines.
  useEffect(() => {
    if (view.current) markLines(view.current, lines);
  }, [lines, text]);
  return <div ref={place} className={className} />;
}
