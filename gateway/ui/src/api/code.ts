// The code of one component, as the server writes it and takes it in.

import type { Component, ModelDocument } from "@/document/model";
import { api, dataOf, type Schemas } from "./client";

export type ComponentText = Schemas["ComponentText"];

/** Code as somebody wrote it; `resolved` where it settles a conflict with the template. */
export interface Written {
  text: string;
  resolved: boolean;
}

export async function readCode(document: ModelDocument, id: string): Promise<ComponentText> {
  const graph = document as unknown as Schemas["ComponentRequest"]["graph"];
  return dataOf(await api.POST("/api/v1/code/component", { body: { graph, component: id } }));
}

/** The component that an edit of its code makes: settings move where they can say it, else it is custom code. */
export async function editCode(
  document: ModelDocument,
  id: string,
  { text, resolved }: Written,
): Promise<Component | undefined> {
  const graph = document as unknown as Schemas["ComponentRequest"]["graph"];
  const answer = dataOf(
    await api.POST("/api/v1/code/edit", { body: { graph, component: id, text, resolved } }),
  );
  return (answer.graph as unknown as ModelDocument).components[id];
}
