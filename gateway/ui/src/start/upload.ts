// One file on its way to the server: how far it is, what came of it. Outside React, so that it goes on between views.

import { create } from "zustand";
import type { Schemas } from "@/api/client";
import { messageOf, problemFrom, Unreachable } from "@/api/problem";
import { text } from "@/text/text";
import "./texts";

type Dataset = Schemas["Dataset"];

/** What the server takes in; the file dialog shows these first. */
export const ACCEPTED = ".csv,.parquet,.npz,.zip";

export type Upload =
  | { state: "idle" }
  | { state: "sending"; name: string; fraction: number }
  | { state: "failed"; name: string; message: string };

export const useUpload = create<{ upload: Upload }>(() => ({ upload: { state: "idle" } }));

let request: XMLHttpRequest | null = null;

/** The name of a dataset from the name of its file. */
export function nameOf(file: string): string {
  return file.replace(/\.[a-z0-9]+$/i, "").trim() || file;
}

/** Send a file, and hand the dataset on that it became; what goes wrong is told, and kept to be shown. */
export async function send(
  file: File,
  done: (dataset: Dataset) => void,
  failed: (message: string) => void,
): Promise<void> {
  request?.abort();
  show({ state: "sending", name: file.name, fraction: 0 });
  try {
    const dataset = await post(file);
    show({ state: "idle" });
    done(dataset);
  } catch (error) {
    // Whoever stopped it has said what is shown instead.
    if (error instanceof Stopped) return;
    show({ state: "failed", name: file.name, message: messageOf(error) });
    failed(messageOf(error));
  }
}

/** Stop what is being sent, or put a failure away. */
export function dismiss(): void {
  request?.abort();
  show({ state: "idle" });
}

class Stopped extends Error {}

function show(upload: Upload): void {
  useUpload.setState({ upload });
}

/** By XMLHttpRequest, since fetch does not tell how much has been sent. */
function post(file: File): Promise<Dataset> {
  const form = new FormData();
  form.append("name", nameOf(file.name));
  form.append("file", file);
  const sent = new XMLHttpRequest();
  request = sent;
  return new Promise((resolve, reject) => {
    sent.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) show({ state: "sending", name: file.name, fraction: loaded / total });
    });
    sent.addEventListener("load", () => {
      const body: unknown = sent.response;
      if (sent.status === 201) resolve(body as Dataset);
      else reject(problemFrom(sent.status, body));
    });
    sent.addEventListener("error", () => reject(new Unreachable(text("app.unreachable"))));
    sent.addEventListener("abort", () => reject(new Stopped()));
    sent.open("POST", "/api/v1/datasets");
    sent.responseType = "json";
    sent.send(form);
  });
}
