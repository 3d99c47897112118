// The working copy of a model, as the saver reads and writes it.

import type { ModelDocument } from "@/document/model";
import { Refused, type Shelf, type WorkingCopy } from "@/document/saver";
import { api, dataOf } from "./client";
import { Problem } from "./problem";

export const shelf: Shelf = {
  async read(model): Promise<WorkingCopy> {
    const answer = await api.GET("/api/v1/models/{model}/graph", { params: { path: { model } } });
    const etag = (answer.response.headers.get("ETag") ?? "").replaceAll('"', "");
    return { document: dataOf(answer) as unknown as ModelDocument, etag };
  },
  async write(model, document, etag) {
    try {
      const answer = await api.PUT("/api/v1/models/{model}/graph", {
        params: { path: { model }, header: { "if-match": `"${etag}"` } },
        body: document as unknown as Record<string, never>,
      });
      return dataOf(answer).etag;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 412) return null;
      if (error.status >= 400 && error.status < 500 && error.status !== 401) throw new Refused(error.message);
      throw error;
    }
  },
};
