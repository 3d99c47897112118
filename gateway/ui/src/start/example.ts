// The example of the first start: a model that is made and trained here, for real.

import { api, dataOf, type Schemas } from "@/api/client";
import { text } from "@/text/text";
import { createModel } from "./useCreate";
import "./texts";

type Run = Schemas["Run"];
const ENDED = new Set(["SUCCEEDED", "FAILED", "CANCELLED"]);
const PAUSE_MS = 400;
const TEMPLATE = "digits_images";

export type Progress =
  | { step: "making" }
  | { step: "training"; epoch: number; epochs: number; share: number };

/** Make the example and train it; `tell` hears how far it is. The id of the model is returned. */
export async function trainedExample(
  tell: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<string> {
  tell({ step: "making" });
  const model = await createModel({
    template: TEMPLATE,
    name: text("welcome.model"),
    inputs: [],
    targets: [],
  });
  let run = dataOf(await api.POST("/api/v1/runs", { body: { model: model.id, devices: "auto" } }));
  while (!ENDED.has(run.state) && !signal.aborted) {
    tell({ step: "training", epoch: run.epoch, epochs: run.epochs, share: run.progress });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    run = dataOf(await api.GET("/api/v1/runs/{run}", { params: { path: { run: run.id } } }));
  }
  if (run.state === "FAILED") throw new Error(text("welcome.failed", { detail: failureOf(run) }));
  return model.id;
}

function failureOf(run: Run): string {
  return run.error?.message ?? run.state;
}
