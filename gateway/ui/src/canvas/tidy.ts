import type { ComponentType } from "@/app/workspace";
import type { ModelDocument, Position } from "@/document/model";
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

/** Whether a document cannot be read as it lies: a component without a place, or two on one. */
export function needsLayout(document: ModelDocument): boolean {
  const components = Object.values(document.components);
  const places = new Set(components.map(({ position }) => position?.join()));
  return components.some(({ position }) => !position) || places.size < components.length;
}

/** Tidy places for components, all or some; what finds them is loaded when it is first needed. */
export async function placesOf(
  document: ModelDocument,
  types: ReadonlyMap<string, ComponentType>,
  ids?: ReadonlySet<string>,
  aspect?: number,
): Promise<Map<string, Position>> {
  const { layout } = await import("./layout");
  return layout(document, heightsOf(document, types), ids, aspect);
}
