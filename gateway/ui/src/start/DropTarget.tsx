// Files may be dropped anywhere on a page, or chosen; what is on its way, or failed, is shown at the top.

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Schemas } from "@/api/client";
import { navigate } from "@/app/router";
import { register } from "@/commands/registry";
import { Button, IconButton } from "@/design/Button";
import { Icon } from "@/design/icons";
import { notify } from "@/design/toasts";
import { text } from "@/text/text";
import styles from "./start.module.css";
import { ACCEPTED, dismiss, send, useUpload } from "./upload";
import "./texts";

/** Send a file, and open the dataset that it becomes; whoever has gone on to something else is only told. */
function useTakeIn(): (files: FileList | null) => void {
  const client = useQueryClient();
  const here = useRef(false);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  return (files) => {
    const file = files?.[0];
    if (!file) return;
    if (files.length > 1) notify(text("upload.one", { name: file.name }));
    const done = (dataset: Schemas["Dataset"]) => {
      void client.invalidateQueries({ queryKey: ["datasets"], exact: true });
      client.setQueryData(["datasets", dataset.id], dataset);
      if (here.current) navigate(`/datasets/${dataset.id}`);
      else notify(text("upload.done", { name: dataset.name }));
    };
    const failed = (message: string) => {
      if (!here.current) notify(`${text("upload.failed", { name: file.name })}: ${message}`, "err");
    };
    void send(file, done, failed);
  };
}

/** A page that takes files; `children` gets what opens the file dialog. */
export function DropTarget({ children }: { children: (choose: () => void) => ReactNode }) {
  const input = useRef<HTMLInputElement>(null);
  const takeIn = useTakeIn();
  const over = useFilesOver(takeIn);
  useEffect(
    () =>
      register([{ id: "import", title: "command.import", group: "add", run: () => input.current?.click() }]),
    [],
  );
  return (
    <>
      <UploadState retry={() => input.current?.click()} />
      {children(() => input.current?.click())}
      <input
        ref={input}
        type="file"
        accept={ACCEPTED}
        aria-label={text("upload.label")}
        tabIndex={-1}
        hidden
        onChange={(event) => {
          takeIn(event.target.files);
          event.target.value = "";
        }}
      />
      {over && (
        <div className={styles["drop"]} role="status">
          <Icon name="data" size={24} />
          <strong>{text("upload.drop")}</strong>
        </div>
      )}
    </>
  );
}

/** Whether files are held over the window; dropped ones are handed on. */
function useFilesOver(take: (files: FileList | null) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      setOver(false);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      latest.current(event.dataTransfer?.files ?? null);
    };
    const stop = new AbortController();
    window.addEventListener("dragover", onOver, stop);
    window.addEventListener("dragleave", onLeave, stop);
    window.addEventListener("drop", onDrop, stop);
    return () => stop.abort();
  }, []);
  return over;
}

function UploadState({ retry }: { retry: () => void }) {
  const upload = useUpload((state) => state.upload);
  if (upload.state === "idle") return null;
  if (upload.state === "failed")
    return (
      <section className={styles["trouble"]} role="alert">
        <Icon name="error" size={20} />
        <div>
          <strong>{text("upload.failed", { name: upload.name })}</strong>
          <p>{upload.message}</p>
          <p className={styles["quiet"]}>{text("upload.failed.hint")}</p>
        </div>
        <Button onClick={retry}>{text("start.choose")}</Button>
        <IconButton icon="close" label={text("app.close")} onClick={dismiss} />
      </section>
    );
  const sent = upload.fraction >= 1;
  return (
    <section className={styles["sending"]} role="status">
      <span>{text(sent ? "upload.reading" : "upload.sending", { name: upload.name })}</span>
      <progress aria-label={upload.name} value={sent ? undefined : upload.fraction} />
      <Button look="quiet" onClick={dismiss}>
        {text("app.cancel")}
      </Button>
    </section>
  );
}
