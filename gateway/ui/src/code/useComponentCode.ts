// The code of one component: as it is, as it is typed, and what an edit of it makes of the document.

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { type ComponentText, readCode } from "@/api/code";
import { messageOf } from "@/api/problem";
import { useConnectionState, useDocument, useWorkspace } from "@/app/workspace";
import { changeComponent, setCode } from "@/document/edits";
import type { ModelDocument } from "@/document/model";
import { text } from "@/text/text";

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
  const { store, code } = useWorkspace();
  const component = useDocument(useCallback((document: ModelDocument) => document.components[id], [id]));
  const connection = useConnectionState();
  const [found, setFound] = useState<ComponentText | null>(null);
  // What was typed stays in sight until the code that it became was read.
  const [typed, setTyped] = useState(() => code.textOf(id));
  const [unread, setUnread] = useState<string | null>(null);
  const untaken = useSyncExternalStore(code.subscribe, () => code.troubleOf(id));

  // biome-ignore lint/correctness/useExhaustiveDependencies: another component has other code, a lost server comes back.
  useEffect(() => {
    let gone = false;
    readCode(store.document, id).then(
      (answer) => {
        if (gone) return;
        setFound(answer);
        setUnread(null);
        if (code.textOf(id) === null) setTyped(null);
      },
      (error) => !gone && setUnread(messageOf(error)),
    );
    return () => {
      gone = true;
    };
  }, [store, code, id, component, connection]);

  return {
    found,
    typed,
    trouble: untaken ?? unread,
    type: (typing) => {
      setTyped(typing);
      code.write(id, typing);
    },
    apply: () => void code.take(id),
    resolve: (chosen) => {
      setTyped(null);
      code.write(id, chosen, true);
      void code.take(id);
    },
    reset: () => {
      setTyped(null);
      code.drop(id);
      store.edit({ label: text("edit.resetCode", { id }) }, (document) =>
        changeComponent(id, ({ ports: _ports, ...rest }) => rest)(setCode(id, undefined)(document)),
      );
    },
  };
}
