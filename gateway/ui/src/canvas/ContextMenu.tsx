// What can be done with what lies under the pointer, or has the focus: the commands that a right click offers.

import { ContextMenu as Radix } from "radix-ui";
import { type MouseEvent, type ReactElement, useState } from "react";
import { useWorkspace } from "@/app/workspace";
import { type Command, canRun, run, shownKeys, useRegistry } from "@/commands/registry";
import controls from "@/design/controls.module.css";
import { MenuLine } from "@/design/Menu";
import { text } from "@/text/text";

const OF_SELECTION = [
  ["open", "enlarge", "connect", "quickAdd"],
  ["copy", "cut", "duplicate", "group", "ungroup"],
  ["bypass", "collapse"],
  ["delete", "heal"],
];
const OF_CANVAS = [
  ["quickAdd", "addNote", "paste"],
  ["selectAll", "tidy", "fit"],
];
/** What has a menu of its own, from the browser. */
const OTHERS = "input, textarea, [contenteditable], [role='dialog']";

export function ContextMenu({ children }: { children: ReactElement }) {
  const workspace = useWorkspace();
  const [sections, setSections] = useState<Command[][]>([]);
  const onContextMenuCapture = (event: MouseEvent) => {
    const target = event.target as Element;
    if (target.closest(OTHERS)) return event.stopPropagation();
    const id = target.closest<HTMLElement>(".react-flow__node")?.dataset["id"];
    const { selection } = workspace.view.getState();
    if (!id || !selection.has(id))
      workspace.view.setState({ selection: new Set(id ? [id] : []), wires: new Set() });
    setSections(commandsOf(id ? OF_SELECTION : OF_CANVAS));
  };
  const focusBack = (event: Event) => {
    event.preventDefault();
    workspace.canvas?.focus([...workspace.view.getState().selection].at(-1) ?? "");
  };
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild onContextMenuCapture={onContextMenuCapture}>
        {children}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={controls["menu"]}
          aria-label={text("canvas.menu")}
          collisionPadding={8}
          onCloseAutoFocus={focusBack}
        >
          {sections.map((commands, index) => (
            <Radix.Group key={commands[0]?.id}>
              {index > 0 && <Radix.Separator className={controls["separator"]} />}
              {commands.map((command) => (
                <Radix.Item
                  key={command.id}
                  className={controls["item"]}
                  // After the menu has given the focus back: a command may move it.
                  onSelect={() => setTimeout(() => run(command.id))}
                >
                  <MenuLine
                    label={text(command.title)}
                    keys={command.keys?.[0] ? shownKeys(command.keys[0]) : undefined}
                  />
                </Radix.Item>
              ))}
            </Radix.Group>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function commandsOf(sections: string[][]): Command[][] {
  const { commands } = useRegistry.getState();
  return sections
    .map((ids) => ids.flatMap((id) => commands.get(id) ?? []).filter(canRun))
    .filter((found) => found.length > 0);
}
