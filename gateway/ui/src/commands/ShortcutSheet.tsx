// `?`: all shortcuts on one sheet.

import { Dialog } from "@/design/Dialog";
import { text } from "@/text/text";
import styles from "./commands.module.css";
import { closeOverlay } from "./overlay";
import { type CommandGroup, shownKeys, useRegistry } from "./registry";

const GROUPS: readonly CommandGroup[] = ["edit", "add", "train", "move", "view", "file", "help"];

export default function ShortcutSheet() {
  const commands = [...useRegistry((state) => state.commands).values()].filter(
    (command) => command.keys?.length,
  );
  return (
    <Dialog title={text("shortcuts.title")} open onClose={closeOverlay} width={760}>
      <div className={styles["sheet"]}>
        {GROUPS.map((group) => {
          const members = commands.filter((command) => command.group === group);
          if (!members.length) return null;
          return (
            <section key={group}>
              <h3>{text(`group.${group}`)}</h3>
              <dl>
                {members.map((command) => (
                  <div key={command.id}>
                    <dt>{text(command.title)}</dt>
                    <dd>
                      {command.keys?.map((keys) => (
                        <kbd key={keys}>{shownKeys(keys)}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
