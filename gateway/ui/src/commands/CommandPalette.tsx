// Ctrl-K: every command by name.

import { Command as List } from "cmdk";
import { Dialog as Radix } from "radix-ui";
import controls from "@/design/controls.module.css";
import { useFocusBack } from "@/design/focus";
import { MenuLine } from "@/design/Menu";
import { NoOption } from "@/design/NoOption";
import { text } from "@/text/text";
import styles from "./commands.module.css";
import { closeOverlay } from "./overlay";
import { type Command, type CommandGroup, canRun, run, shownKeys, useRegistry } from "./registry";

const GROUPS: readonly CommandGroup[] = ["edit", "add", "train", "move", "view", "file", "help"];

export default function CommandPalette() {
  const commands = [...useRegistry((state) => state.commands).values()].filter(
    (item) => !item.keysOnly && canRun(item),
  );
  const choose = (command: Command) => {
    closeOverlay();
    // After the window has given the focus back: a command may move it.
    setTimeout(() => run(command.id));
  };
  const focusBack = useFocusBack();
  return (
    <Radix.Root open onOpenChange={(open) => !open && closeOverlay()}>
      <Radix.Portal>
        <Radix.Overlay className={controls["overlay"]} />
        <Radix.Content
          className={`${controls["dialog"]} ${styles["palette"]}`}
          aria-describedby={undefined}
          {...focusBack}
        >
          <Radix.Title className="hidden-visually">{text("commands.title")}</Radix.Title>
          <List label={text("commands.title")} loop>
            <List.Input className={styles["input"]} placeholder={text("commands.placeholder")} autoFocus />
            <List.List className={styles["list"]}>
              <NoOption className={styles["none"]}>{text("commands.none")}</NoOption>
              {GROUPS.map((group) => (
                <List.Group key={group} heading={text(`group.${group}`)} className={styles["group"]}>
                  {commands
                    .filter((command) => command.group === group)
                    .map((command) => (
                      <List.Item
                        key={command.id}
                        value={`${text(command.title)} ${command.id}`}
                        className={controls["item"]}
                        onSelect={() => choose(command)}
                      >
                        <MenuLine
                          label={text(command.title)}
                          keys={command.keys?.[0] ? shownKeys(command.keys[0]) : undefined}
                        />
                      </List.Item>
                    ))}
                </List.Group>
              ))}
            </List.List>
          </List>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
