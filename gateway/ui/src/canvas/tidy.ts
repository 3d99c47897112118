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
  return layout(inPortOrder(document, types), heightsOf(document, types), ids, aspect);
}

/** The document with its connections in the order of the ports that they end at. */
function inPortOrder(document: ModelDocument, types: ReadonlyMap<string, ComponentType>): ModelDocument {
  const { inputs } = wiringOf(document.connections);
  const places = new Map<string, number>(
    Object.entries(document.components).flatMap(([id, component]) =>
      inputsOf(types.get(component.type), component, inputs.get(id) ?? []).map(
        ({ name }, index) => [`${id}.${name}`, index] as const,
      ),
    ),
  );
  const place = ({ to }: { to: string }) => places.get(to) ?? 0;
  return {
    ...document,
    connections: document.connections.toSorted((one, other) => place(one) - place(other)),
  };
}
