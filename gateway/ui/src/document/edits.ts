// What can be done to a document, as pure functions: document in, document out. The store finds the changes.

import {
  type Component,
  type Connection,
  connectionKey,
  endOf,
  freeId,
  freshId,
  type Group,
  type Json,
  type ModelDocument,
  type Note,
  type Position,
} from "./model";

export type Edit = (document: ModelDocument) => ModelDocument;

/** One edit after the other. */
export function all(...edits: Edit[]): Edit {
  return (document) => edits.reduce((current, edit) => edit(current), document);
}

export function addComponent(id: string, component: Component): Edit {
  return (document) => ({ ...document, components: { ...document.components, [id]: component } });
}

export function changeComponent(id: string, change: (component: Component) => Component): Edit {
  return (document) => {
    const component = document.components[id];
    if (!component) return document;
    return { ...document, components: { ...document.components, [id]: change(component) } };
  };
}

/** Set a setting; undefined resets it, so that it follows suggestion and default again. */
export function setSetting(id: string, name: string, value: Json | undefined): Edit {
  return changeComponent(id, (component) => {
    const { [name]: _old, ...settings } = component.settings;
    return { ...component, settings: value === undefined ? settings : { ...settings, [name]: value } };
  });
}

export function setCode(id: string, code: Component["code"]): Edit {
  return changeComponent(id, ({ code: _old, ...component }) => (code ? { ...component, code } : component));
}

export function setFlag(ids: Iterable<string>, flag: "bypassed" | "collapsed", value: boolean): Edit {
  return all(
    ...[...ids].map((id) =>
      changeComponent(id, ({ [flag]: _old, ...component }) =>
        value ? { ...component, [flag]: true } : component,
      ),
    ),
  );
}

/** Move components and notes to places, by id. */
export function move(places: ReadonlyMap<string, Position>): Edit {
  return (document) => {
    const components = { ...document.components };
    for (const [id, position] of places) {
      const component = components[id];
      if (component) components[id] = { ...component, position: [round(position[0]), round(position[1])] };
    }
    const moved = { ...document, components };
    if (!document.notes?.some((note) => places.has(note.id))) return moved;
    return {
      ...moved,
      notes: document.notes.map((note) => ({ ...note, position: places.get(note.id) ?? note.position })),
    };
  };
}

function round(value: number): number {
  // A coordinate that is no number would make the canvas unusable, and the document invalid.
  return Number.isFinite(value) ? Math.round(Math.max(-1e6, Math.min(1e6, value))) : 0;
}

/** Connect two ports; a wire that led into the same port is replaced. */
export function connect(connection: Connection): Edit {
  return (document) => {
    const others = document.connections.filter((item) => item.to !== connection.to);
    return { ...document, connections: [...others, connection] };
  };
}

export function disconnect(keys: ReadonlySet<string>): Edit {
  return (document) => ({
    ...document,
    connections: document.connections.filter((item) => !keys.has(connectionKey(item))),
  });
}

/** Remove components with their wires; what they shared, and their places in groups, go too. */
export function remove(ids: ReadonlySet<string>): Edit {
  return (document) => {
    const components = Object.fromEntries(
      Object.entries(document.components)
        .filter(([id]) => !ids.has(id))
        .map(([id, component]) => [
          id,
          component.shares && ids.has(component.shares) ? unshared(component) : component,
        ]),
    );
    const result: ModelDocument = {
      ...document,
      components,
      connections: document.connections.filter((item) => !touches(item, ids)),
    };
    if (document.notes) result.notes = document.notes.filter((note) => !ids.has(note.id));
    if (document.groups) result.groups = withoutMembers(document.groups, ids);
    return result;
  };
}

function unshared({ shares: _gone, ...component }: Component): Component {
  return component;
}

function touches(connection: Connection, ids: ReadonlySet<string>): boolean {
  return ids.has(endOf(connection.from).component) || ids.has(endOf(connection.to).component);
}

function withoutMembers(groups: readonly Group[], ids: ReadonlySet<string>): Group[] {
  return groups
    .filter((group) => !ids.has(group.id))
    .map((group) => ({ ...group, components: group.components.filter((id) => !ids.has(id)) }))
    .filter((group) => group.components.length);
}

/** Remove components and connect what stood before each with what stood behind it. */
export function removeAndHeal(ids: ReadonlySet<string>): Edit {
  return all(
    (document) => ({ ...document, connections: [...document.connections, ...healed(document, ids)] }),
    remove(ids),
  );
}

/** The wires that close the gap which components leave: from what feeds their first wired input, to all they feed. */
export function healed(document: ModelDocument, ids: ReadonlySet<string>): Connection[] {
  const feeds = new Map<string, string>();
  for (const { from, to } of document.connections) {
    const { component } = endOf(to);
    if (ids.has(component) && !feeds.has(component)) feeds.set(component, from);
  }
  const sourceOf = (from: string, seen: ReadonlySet<string> = new Set()): string | undefined => {
    const { component } = endOf(from);
    if (!ids.has(component)) return from;
    const before = feeds.get(component);
    return before === undefined || seen.has(component)
      ? undefined
      : sourceOf(before, new Set([...seen, component]));
  };
  return document.connections.flatMap(({ from, to }) => {
    if (!ids.has(endOf(from).component) || ids.has(endOf(to).component)) return [];
    const source = sourceOf(from);
    return source ? [{ from: source, to }] : [];
  });
}

/** Put a component into a wire: what fed the one end feeds the component, which feeds the other end. */
export function insertOnWire(wire: Connection, id: string, input: string, output: string): Edit {
  return all(
    disconnect(new Set([connectionKey(wire)])),
    connect({ from: wire.from, to: `${id}.${input}` }),
    connect({ from: `${id}.${output}`, to: wire.to }),
  );
}

/** Give a component another id; wires, groups and shared layers follow. */
export function rename(id: string, to: string): Edit {
  return (document) => {
    if (id === to || !(id in document.components) || to in document.components) return document;
    const name = (text: string) => (text === id ? to : text);
    const end = (text: string) => `${name(endOf(text).component)}.${endOf(text).port}`;
    const components = Object.entries(document.components).map(([key, component]) => [
      name(key),
      component.shares === id ? { ...component, shares: to } : component,
    ]);
    const result: ModelDocument = {
      ...document,
      components: Object.fromEntries(components),
      connections: document.connections.map((item) => ({ from: end(item.from), to: end(item.to) })),
    };
    if (document.groups)
      result.groups = document.groups.map((group) => ({ ...group, components: group.components.map(name) }));
    return result;
  };
}

/** A part of a document, as it travels through the clipboard: components, the wires among them, notes. */
export interface Fragment {
  glasswork: 1;
  components: Record<string, Component>;
  connections: Connection[];
  notes: Omit<Note, "id">[];
}

export function fragmentOf(document: ModelDocument, ids: ReadonlySet<string>): Fragment {
  const within = (item: Connection) =>
    ids.has(endOf(item.from).component) && ids.has(endOf(item.to).component);
  return {
    glasswork: 1,
    components: Object.fromEntries(Object.entries(document.components).filter(([id]) => ids.has(id))),
    connections: document.connections.filter(within),
    notes: (document.notes ?? []).filter((note) => ids.has(note.id)),
  };
}

/** Put a fragment into a document under free ids; `ids` says what each is called there. */
export function paste(document: ModelDocument, fragment: Fragment, offset: Position) {
  const ids = new Map<string, string>();
  const taken = new Set(Object.keys(document.components));
  for (const id of Object.keys(fragment.components)) {
    const fresh = taken.has(id) ? freeId(taken, id.replace(/\d+$/, "")) : id;
    ids.set(id, fresh);
    taken.add(fresh);
  }
  const end = (text: string) => `${ids.get(endOf(text).component)}.${endOf(text).port}`;
  const shift = ([x, y]: Position): Position => [round(x + offset[0]), round(y + offset[1])];
  const components = Object.entries(fragment.components).map(([id, component]) => {
    const shares =
      component.shares &&
      (ids.get(component.shares) ?? (component.shares in document.components ? component.shares : undefined));
    const copy: Component = { ...unshared(component), position: shift(component.position ?? [0, 0]) };
    return [ids.get(id), shares ? { ...copy, shares } : copy];
  });
  const notes = fragment.notes.map((note) => ({
    ...note,
    id: freshId("note"),
    position: shift(note.position),
  }));
  const edit: Edit = (current) => ({
    ...current,
    components: { ...current.components, ...Object.fromEntries(components) },
    connections: [
      ...current.connections,
      ...fragment.connections.map((item) => ({ from: end(item.from), to: end(item.to) })),
    ],
    ...(notes.length ? { notes: [...(current.notes ?? []), ...notes] } : {}),
  });
  return { edit, ids: [...ids.values(), ...notes.map((note) => note.id)] };
}

export function addNote(note: Note): Edit {
  return (document) => ({ ...document, notes: [...(document.notes ?? []), note] });
}

export function changeNote(id: string, change: Partial<Note>): Edit {
  return (document) => ({
    ...document,
    notes: (document.notes ?? []).map((note) => (note.id === id ? { ...note, ...change } : note)),
  });
}

/** Frame components; one that is in another group leaves it. */
export function group(made: Group): Edit {
  const members = new Set(made.components);
  return (document) => ({ ...document, groups: [...withoutMembers(document.groups ?? [], members), made] });
}

export function changeGroup(id: string, change: Partial<Group>): Edit {
  return (document) => ({
    ...document,
    groups: (document.groups ?? []).map((item) => (item.id === id ? { ...item, ...change } : item)),
  });
}

export function ungroup(ids: ReadonlySet<string>): Edit {
  return (document) => ({ ...document, groups: (document.groups ?? []).filter((item) => !ids.has(item.id)) });
}
