// CodeMirror as the page uses it: Python, our own colours, problems on their lines. No React in here.

import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { globalCompletion, localCompletionSource, python, pythonLanguage } from "@codemirror/lang-python";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Annotation, EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** What is wrong on a line, counted from 1. */
export interface LineProblem {
  line: number;
  severity: "error" | "warning" | "info";
  message: string;
}

const theme = EditorView.theme({
  "&": { backgroundColor: "var(--sunken)", color: "var(--fg)", fontSize: "12px", height: "100%" },
  "&.cm-focused": { outline: "1px solid var(--accent)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", border: "none", color: "var(--fg-2)" },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in oklab, var(--accent) 8%, transparent)",
  },
  ".cm-line.cm-marked": { backgroundColor: "color-mix(in oklab, var(--accent) 14%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--fg)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", border: "1px solid var(--line)", color: "var(--fg)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-diagnostic": { padding: "6px 10px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--err)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-panels": { backgroundColor: "var(--panel)", color: "var(--fg)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.comment], color: "var(--fg-3)", fontStyle: "italic" },
  {
    tag: [tags.definition(tags.variableName), tags.function(tags.variableName), tags.className],
    color: "var(--code-name)",
  },
]);

const mark = StateEffect.define<{ first: number; last: number } | null>();

const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(found, transaction) {
    let result = found.map(transaction.changes);
    for (const effect of transaction.effects)
      if (effect.is(mark)) result = effect.value ? lines(transaction.state, effect.value) : Decoration.none;
    return result;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function lines(state: EditorState, { first, last }: { first: number; last: number }): DecorationSet {
  const line = Decoration.line({ class: "cm-marked" });
  const ranges = [];
  for (let number = Math.max(1, first); number <= Math.min(last, state.doc.lines); number += 1)
    ranges.push(line.range(state.doc.line(number).from));
  return Decoration.set(ranges);
}

/** Mark lines, counted from 1, and scroll to them; null, or lines beyond the end, takes the mark away. */
export function markLines(view: EditorView, range: { first: number; last: number } | null): void {
  if (!range || range.first < 1 || range.first > view.state.doc.lines) {
    view.dispatch({ effects: mark.of(null) });
    return;
  }
  const position = view.state.doc.line(range.first).from;
  view.dispatch({ effects: [mark.of(range), EditorView.scrollIntoView(position, { y: "center" })] });
}

/** Show problems at their lines; one beyond the end stands at the last line. */
export function showProblems(view: EditorView, problems: readonly LineProblem[]): void {
  const { doc } = view.state;
  const found = problems.map(({ line, severity, message }) => {
    const { from, to, text } = doc.line(Math.min(Math.max(1, line), doc.lines));
    return { from: from + (text.length - text.trimStart().length), to, severity, message };
  });
  view.dispatch(setDiagnostics(view.state, found));
}

/** A change that nobody typed. */
const outside = Annotation.define<boolean>();

/** Replace the text and keep the place of the cursor, as far as that is there. */
export function replaceText(view: EditorView, text: string): void {
  const before = view.state.doc.toString();
  if (before === text) return;
  let start = 0;
  while (start < before.length && start < text.length && before[start] === text[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, text.length) - start;
  while (end < most && before[before.length - 1 - end] === text[text.length - 1 - end]) end += 1;
  const changes = { from: start, to: before.length - end, insert: text.slice(start, text.length - end) };
  view.dispatch({ changes, annotations: outside.of(true) });
}

export interface EditorOptions {
  label: string;
  readOnly?: boolean;
  onChange?: (text: string) => void;
  onLine?: (line: number) => void;
  /** Names that are there besides what the text itself defines. */
  names?: () => readonly string[];
  onBlur?: () => void;
  onSave?: () => void;
}

export function extensions(options: EditorOptions): Extension[] {
  const common: Extension[] = [
    lineNumbers(),
    python(),
    theme,
    syntaxHighlighting(colours),
    bracketMatching(),
    drawSelection(),
    marked,
    keymap.of([...searchKeymap, ...defaultKeymap]),
    EditorView.contentAttributes.of({ "aria-label": options.label }),
    EditorView.updateListener.of((update) => {
      const typed = update.transactions.some((item) => item.docChanged && !item.annotation(outside));
      if (typed) options.onChange?.(update.state.doc.toString());
      if (update.selectionSet && options.onLine)
        options.onLine(update.state.doc.lineAt(update.state.selection.main.head).number);
    }),
  ];
  if (options.readOnly)
    return [...common, EditorState.readOnly.of(true), EditorView.contentAttributes.of({ tabindex: "0" })];
  return [
    ...common,
    history(),
    lintGutter(),
    indentUnit.of("    "),
    indentOnInput(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    autocompletion({ activateOnTyping: true }),
    pythonLanguage.data.of({
      autocomplete: (context: CompletionContext) => complete(context, options.names),
    }),
    pythonLanguage.data.of({ autocomplete: localCompletionSource }),
    pythonLanguage.data.of({ autocomplete: globalCompletion }),
    keymap.of([
      { key: "Mod-s", preventDefault: true, run: () => acted(options.onSave) },
      { key: "Escape", run: (view) => acted(() => view.contentDOM.blur()) },
      indentWithTab,
      ...historyKeymap,
    ]),
    EditorView.domEventHandlers({ blur: () => options.onBlur?.() }),
  ];
}

/** `X["` offers the variables of the component before; elsewhere the names that custom code may use. */
function complete(context: CompletionContext, names?: () => readonly string[]): CompletionResult | null {
  const variable = context.matchBefore(/X\[["'][\w.]*/);
  if (variable) {
    const from = variable.from + 3;
    return {
      from,
      options: (names?.() ?? []).map((label) => ({ label, type: "property" })),
      validFor: /^[\w.]*$/,
    };
  }
  const word = context.matchBefore(/[A-Za-z_]\w*/);
  if (!word && !context.explicit) return null;
  const known = ["x", "X", "tf", "keras", "training"].map((label) => ({ label, type: "variable" }));
  return { from: word?.from ?? context.pos, options: known, validFor: /^\w*$/ };
}

function acted(act: (() => void) | undefined): boolean {
  act?.();
  return true;
}
