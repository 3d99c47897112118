// Versions of the model: save what it is now or what a run trained, see all, go back to one.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { api, dataOf, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { useWorkspace, type Workspace } from "@/app/workspace";
import { Button } from "@/design/Button";
import { Badge, EmptyState } from "@/design/Panel";
import { Select } from "@/design/Select";
import { TextField } from "@/design/TextField";
import { notify } from "@/design/toasts";
import type { ModelDocument } from "@/document/model";
import { ago, figure, text } from "@/text/text";
import { testOf } from "./compare";
import styles from "./exports.module.css";
import type { Run } from "./feed";

type Version = Schemas["Version"];
const WORKING = "working";

export function VersionsTab({ run, name }: { run: Run | null; name: string }) {
  const { model } = useWorkspace();
  const { data: versions } = useQuery(queries.versions(model));
  return (
    <div className={styles["versions"]}>
      <Save run={run?.weights ? run : null} name={name} />
      {versions?.length === 0 && (
        <EmptyState icon="layers" title={text("versions.none")} hint={text("versions.none.hint")} />
      )}
      <ul className={styles["list"]}>
        {versions?.map((version) => (
          <Line key={version.id} version={version} />
        ))}
      </ul>
    </div>
  );
}

function Save({ run, name }: { run: Run | null; name: string }) {
  const workspace = useWorkspace();
  const { model } = workspace;
  const client = useQueryClient();
  const [message, setMessage] = useState("");
  const [what, setWhat] = useState(WORKING);
  const id = useId();
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      const of = what !== WORKING && run ? run.id : null;
      if (of === null) await saveFirst(workspace);
      const body = { message, author: "", run: of };
      const path = { params: { path: { model } } };
      return dataOf(await api.POST("/api/v1/models/{model}/versions", { ...path, body }));
    },
    onSuccess: async (version) => {
      setMessage("");
      await client.invalidateQueries({ queryKey: queries.versions(model).queryKey });
      notify(text("versions.saved", { message: titleOf(version) }));
    },
    onError: (error) => notify(messageOf(error), "err"),
  });
  const options = [{ value: WORKING, label: text("versions.working") }];
  if (run) options.push({ value: run.id, label: text("versions.ofRun", { run: name }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  return (
    <form className={styles["save"]} onSubmit={submit}>
      <label htmlFor={id}>{text("versions.message")}</label>
      <TextField
        id={id}
        value={message}
        maxLength={500}
        placeholder={text("versions.message.example")}
        onChange={(event) => setMessage(event.target.value)}
      />
      <Select
        label={text("versions.what")}
        value={options.some(({ value }) => value === what) ? what : WORKING}
        options={options}
        onChange={setWhat}
      />
      <Button type="submit" look="primary" disabled={isPending || !message.trim()}>
        {text("versions.save")}
      </Button>
    </form>
  );
}

/** Save the working copy: the version is made of what the server has of it. */
async function saveFirst({ flush, saver, view }: Workspace): Promise<void> {
  await flush();
  if (saver.isSaved) return;
  const detail = view.getState().saveDetail || text("app.unreachable");
  throw new Error(text("versions.unsaved", { detail }));
}

const titleOf = ({ message }: Version): string => message.split("\n")[0] || text("versions.untitled");

function Line({ version }: { version: Version }) {
  const { model, store } = useWorkspace();
  const title = titleOf(version);
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      const path = { params: { path: { model, version: version.id } } };
      return dataOf(await api.GET("/api/v1/models/{model}/versions/{version}", path));
    },
    // The page edits and saves like for any edit, so that it is one step of undo.
    onSuccess: ({ graph }) => {
      const changed = store.edit(
        { label: text("edit.restore", { message: title }) },
        () => graph as unknown as ModelDocument,
      );
      notify(changed ? text("versions.restored", { message: title }) : text("versions.same"));
    },
    onError: (error) => notify(messageOf(error), "err"),
  });
  return (
    <li data-version={version.id}>
      <div>
        <strong>{title}</strong>
        <span>
          {version.author} · {ago(version.created)} · <code>{version.id.slice(0, 8)}</code>
        </span>
      </div>
      {version.weights && <Badge tone="plain">{text("versions.weights")}</Badge>}
      <Numbers version={version} />
      <Button
        aria-label={text("versions.restore.of", { message: title })}
        disabled={isPending}
        onClick={() => mutate()}
      >
        {text("versions.restore")}
      </Button>
    </li>
  );
}

/** The first metric of a version's test. */
function Numbers({ version }: { version: Version }) {
  const test = testOf(version.metrics?.["test"] as Record<string, unknown> | undefined);
  const [first] = Object.entries(test?.values ?? {});
  if (!first) return null;
  return (
    <span className="figures">
      {first[0]} {figure(first[1])}
    </span>
  );
}
