// What is asked before a model gets another name, or goes.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { api, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { Button } from "@/design/Button";
import { Dialog } from "@/design/Dialog";
import { TextField } from "@/design/TextField";
import { notify } from "@/design/toasts";
import { text } from "@/text/text";
import styles from "./start.module.css";
import "./texts";

interface AboutModel {
  model: Schemas["Model"];
  onClose: () => void;
}

/** Write something about models, and read the list anew. */
function useChange(change: () => Promise<unknown>, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["models"] });
      onDone();
    },
  });
}

export function RenameModel({ model, onClose }: AboutModel) {
  const [name, setName] = useState(model.name);
  const id = useId();
  const rename = useChange(
    () =>
      api.PATCH("/api/v1/models/{model}", {
        params: { path: { model: model.id } },
        body: { name: name.trim() },
      }),
    onClose,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) rename.mutate();
  };
  const trouble = name.trim() ? rename.error && messageOf(rename.error) : text("start.rename.empty");
  return (
    <Dialog title={text("start.rename.title")} open onClose={onClose} width={420}>
      <form className={styles["form"]} onSubmit={submit}>
        <label htmlFor={id}>{text("start.column.name")}</label>
        <TextField
          id={id}
          autoFocus
          maxLength={200}
          value={name}
          aria-invalid={!name.trim()}
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setName(event.target.value)}
        />
        <Trouble text={trouble} />
        <div className={styles["answers"]}>
          <Button onClick={onClose}>{text("app.cancel")}</Button>
          <Button look="primary" type="submit" disabled={!name.trim() || rename.isPending}>
            {text("start.rename.go")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function DeleteModel({ model, onClose }: AboutModel) {
  const remove = useChange(
    () => api.DELETE("/api/v1/models/{model}", { params: { path: { model: model.id } } }),
    () => {
      notify(text("start.deleted", { name: model.name }));
      onClose();
    },
  );
  return (
    <AskDelete
      title={text("start.delete.title", { name: model.name })}
      hint={text("start.delete.hint")}
      trouble={remove.error && messageOf(remove.error)}
      busy={remove.isPending}
      onDelete={() => remove.mutate()}
      onClose={onClose}
    />
  );
}

interface AskDeleteProps {
  title: string;
  hint: string;
  /** Why the server refused. */
  trouble: string | null;
  busy: boolean;
  onDelete: () => void;
  onClose: () => void;
}

export function AskDelete({ title, hint, trouble, busy, onDelete, onClose }: AskDeleteProps) {
  return (
    <Dialog title={title} open onClose={onClose} width={440}>
      <div className={styles["form"]}>
        <p>{hint}</p>
        <Trouble text={trouble} />
        <div className={styles["answers"]}>
          <Button onClick={onClose}>{text("app.cancel")}</Button>
          <Button look="danger" icon="trash" autoFocus disabled={busy} onClick={onDelete}>
            {text("start.delete.go")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Trouble({ text: message }: { text: string | null }) {
  return message ? (
    <p className={styles["bad"]} role="alert">
      {message}
    </p>
  ) : null;
}
