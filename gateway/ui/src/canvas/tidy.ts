import type { ComponentType } from "@/app/workspace";
import type { ModelDocument, Position } from "@/document/model";
import { layout } from "./layout";
import { inputsOf, outputsOf, wiringOf } from "./ports";
import { heightOf } from "./sizes";

/** How tall each component is. */
export function heightsOf(
  document: ModelDocument,
  types: ReadonlyMap<string, ComponentType>,
): Map<string, number> {
  const wiring = wiringOf(document.connections);
  return new Map(
    Object.entries(document.components).map(([id, component]) => {
      const type = types.get(component.type);
      const inputs = inputsOf(type, component, wiring.inputs.get(id) ?? []);
      const outputs = outputsOf(type, component, wiring.outputs.get(id) ?? []);
      return [id, heightOf({ inputs, outputs, collapsed: component.collapsed ?? false })];
    }),
  );
}

/** Tidy places for components, all or some. */
export function placesOf(
  document: ModelDocument,
  types: ReadonlyMap<string, ComponentType>,
  ids?: ReadonlySet<string>,
  aspect?: number,
): Map<string, Position> {
  return layout(document, heightsOf(document, types), ids, aspect);
}
