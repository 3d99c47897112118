// Where custom code and its template were changed in the same lines: both are shown, and one of them, or both, is taken.

import { useState } from "react";
import { Button } from "@/design/Button";
import { text } from "@/text/text";
import styles from "./code.module.css";
import { type Choice, type Hunk, resolved } from "./hunks";
import "@/code/texts";

interface ConflictProps {
  hunks: readonly Hunk[];
  onResolve: (text: string) => void;
}

const CHOICES: readonly Choice[] = ["custom", "template", "both"];

export function Conflict({ hunks, onResolve }: ConflictProps) {
  const conflicts = hunks.filter((hunk) => hunk.conflict);
  const [choices, setChoices] = useState<readonly (Choice | null)[]>(() => conflicts.map(() => null));
  const ready = choices.every((choice) => choice !== null);
  const choose = (index: number, choice: Choice) =>
    setChoices(choices.map((old, place) => (place === index ? choice : old)));
  return (
    <div className={styles["conflict"]}>
      <p role="status">{text("code.conflict", { count: conflicts.length })}</p>
      {conflicts.map((hunk, index) => (
        <fieldset key={`${hunk.base.join("\n")}${hunk.custom.join("\n")}`}>
          <legend>{text("code.conflict.place", { number: index + 1 })}</legend>
          <Side title={text("code.conflict.base")} lines={hunk.base} />
          <Side title={text("code.conflict.custom")} lines={hunk.custom} />
          <Side title={text("code.conflict.template")} lines={hunk.template} />
          <div className={styles["choices"]}>
            {CHOICES.map((choice) => (
              <Button
                key={choice}
                aria-pressed={choices[index] === choice}
                data-active={choices[index] === choice}
                onClick={() => choose(index, choice)}
              >
                {text(`code.conflict.take.${choice}`)}
              </Button>
            ))}
          </div>
        </fieldset>
      ))}
      <Button
        look="primary"
        disabled={!ready}
        onClick={() => onResolve(resolved(hunks, choices as Choice[]))}
      >
        {text("code.conflict.go")}
      </Button>
    </div>
  );
}

function Side({ title, lines }: { title: string; lines: readonly string[] }) {
  return (
    <div className={styles["side"]}>
      <strong>{title}</strong>
      <pre>{lines.length ? lines.join("\n") : text("code.conflict.nothing")}</pre>
    </div>
  );
}
