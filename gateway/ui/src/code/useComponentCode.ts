// The code of one component: as it is, as it is typed, and what an edit of it makes of the document.

import { useCallback, useEffect, useRef, useState } from "react";
import { api, dataOf, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { useDocument, useWorkspace, type Workspace } from "@/app/workspace";
import { changeComponent, setCode } from "@/document/edits";
import type { Component, ModelDocument } from "@/document/model";
import { text } from "@/text/text";

export type ComponentText = Schemas["ComponentText"];

/** After so long without a keystroke what was typed is taken in. */
const TYPING_MILLISECONDS = 500;

export interface ComponentCode {
  /** As the server has it; null until it is known. */
  found: ComponentText | null;
  typed: string | null;
  /** Why it cannot be shown or taken in. */
  trouble: string | null;
  type: (text: string) => void;
  /** Take in what was typed, at once. */
  apply: () => void;
  /** Settle a conflict with the template by this text. */
  resolve: (text: string) => void;
  reset: () => void;
}

export function useComponentCode(id: string): ComponentCode {
  const workspace = useWorkspace();
  const component = useDocument(useCallback((document: ModelDocument) => document.components[id], [id]));
  const [found, setFound] = useState<ComponentText | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const draft = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another component has other code.
  useEffect(() => {
    let gone = false;
    read(workspace, id).then(
      (answer) => {
        if (gone) return;
        setFound(answer);
        setTrouble(null);
        if (draft.current === null) setTyped(null);
      },
      (error) => !gone && setTrouble(messageOf(error)),
    );
    return () => {
      gone = true;
    };
  }, [workspace, id, component]);

  const take = useCallback(
    async (code: string, resolved = false) => {
      try {
        const changed = await edited(workspace, id, code, resolved);
        setTrouble(null);
        if (draft.current === code) draft.current = null;
        workspace.store.edit({ label: text("edit.code", { id }), merges: `${id}.code` }, changed);
      } catch (error) {
        setTrouble(messageOf(error));
      }
    },
    [workspace, id],
  );
  const apply = useCallback(() => {
    clearTimeout(timer.current);
    if (draft.current !== null) void take(draft.current);
  }, [take]);
  // What was typed and not yet taken in is taken in when another component is chosen.
  useEffect(() => apply, [apply]);

  return {
    found,
    typed,
    trouble,
    type: (code) => {
      draft.current = code;
      setTyped(code);
      clearTimeout(timer.current);
      timer.current = setTimeout(apply, TYPING_MILLISECONDS);
    },
    apply,
    resolve: (code) => {
      draft.current = null;
      setTyped(null);
      void take(code, true);
    },
    reset: () => {
      clearTimeout(timer.current);
      draft.current = null;
      setTyped(null);
      workspace.store.edit({ label: text("edit.resetCode", { id }) }, (document) =>
        changeComponent(id, ({ ports: _ports, ...rest }) => rest)(setCode(id, undefined)(document)),
      );
    },
  };
}

async function read(workspace: Workspace, id: string): Promise<ComponentText> {
  const graph = workspace.store.document as unknown as Schemas["ComponentRequest"]["graph"];
  return dataOf(await api.POST("/api/v1/code/component", { body: { graph, component: id } }));
}

/** The edit that a changed code comes to: settings move where they can say it, else it is custom code. */
async function edited(workspace: Workspace, id: string, code: string, resolved: boolean) {
  const graph = workspace.store.document as unknown as Schemas["ComponentRequest"]["graph"];
  const answer = dataOf(
    await api.POST("/api/v1/code/edit", { body: { graph, component: id, text: code, resolved } }),
  );
  const after = (answer.graph as unknown as ModelDocument).components[id];
  // Only what an edit of code can change is taken: the rest may have been edited meanwhile.
  return changeComponent(id, ({ code: _code, ports: _ports, ...component }) => ({
    ...component,
    ...(after ? only(after) : {}),
  }));
}

function only(after: Component): Partial<Component> {
  return {
    settings: after.settings,
    ...(after.code ? { code: after.code } : {}),
    ...(after.ports ? { ports: after.ports } : {}),
  };
}
