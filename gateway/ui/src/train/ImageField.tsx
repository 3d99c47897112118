// A picture for the model: drawn on a grid of its own size, chosen from a file, or one of the data.

import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef, useState } from "react";
import { Button } from "@/design/Button";
import { notify } from "@/design/toasts";
import { text } from "@/text/text";
import { pictureOf } from "./samples";
import styles from "./try.module.css";

const MOST_DRAWN = 64;
const SHOWN = 168;

interface ImageFieldProps {
  name: string;
  /** Pixels of the data's pictures. */
  width: number;
  height: number;
  /** Base64 of a file. */
  value: string | null;
  onChange: (value: string) => void;
}

export function ImageField({ name, width, height, value, onChange }: ImageFieldProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cursor, setCursor] = useState<[number, number] | null>(null);
  const id = useId();
  const [columns, rows] = [Math.min(width, MOST_DRAWN), Math.min(height, MOST_DRAWN)];
  // biome-ignore lint/correctness/useExhaustiveDependencies: what comes from outside is drawn once; then it is drawn on.
  useEffect(() => {
    if (canvas.current) void load(canvas.current, value);
  }, []);
  const told = () => {
    const [, content] = canvas.current?.toDataURL("image/png").split(",") ?? [];
    if (content) onChange(content);
  };
  const dab = (x: number, y: number) => {
    if (canvas.current) paint(canvas.current, x, y);
  };
  const onPointer = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    dab(((event.clientX - box.left) / box.width) * columns, ((event.clientY - box.top) / box.height) * rows);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [x, y] = cursor ?? [Math.floor(columns / 2), Math.floor(rows / 2)];
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === " ") {
      dab(x + 0.5, y + 0.5);
      told();
    } else if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const [right = 0, down = 0] = move ?? [];
    setCursor([(x + right + columns) % columns, (y + down + rows) % rows]);
  };
  const clear = () => {
    if (canvas.current) void load(canvas.current, null);
    told();
  };
  return (
    <div className={styles["image"]}>
      <span id={id}>{text("try.picture", { feature: name })}</span>
      <div
        className={styles["board"]}
        style={{ width: SHOWN, height: (SHOWN * rows) / columns }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on, also with the keys.
        tabIndex={0}
        role="application"
        aria-label={`${text("try.drawing", { feature: name })}. ${text("try.draw")}`}
        title={text("try.draw")}
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(null)}
      >
        <canvas
          ref={canvas}
          width={columns}
          height={rows}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            onPointer(event);
          }}
          onPointerMove={onPointer}
          onPointerUp={told}
        />
        {cursor && (
          <i
            style={{
              left: `${(cursor[0] / columns) * 100}%`,
              top: `${(cursor[1] / rows) * 100}%`,
              width: `${100 / columns}%`,
              height: `${100 / rows}%`,
            }}
          />
        )}
      </div>
      <div className={styles["actions"]}>
        <label className={styles["file"]}>
          {text("try.file")}
          <input
            type="file"
            accept="image/png,image/jpeg,image/bmp,image/gif,image/webp"
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file && canvas.current) void chosen(file, canvas.current).then(onChange, failed);
            }}
          />
        </label>
        <Button onClick={clear}>{text("try.clear")}</Button>
      </div>
    </div>
  );
}

const failed = () => notify(text("try.file.bad"), "err");

/** The file as it is: the model reads it as it reads those of the data; the board shows it as small as theirs. */
async function chosen(file: File, canvas: HTMLCanvasElement): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const content = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  await load(canvas, content);
  return content;
}

async function load(canvas: HTMLCanvasElement, content: string | null): Promise<void> {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.fillStyle = "#000000";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  if (content === null) return;
  const image = new Image();
  image.src = pictureOf(content) ?? `data:image/png;base64,${content}`;
  await image.decode();
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
}

/** Light with soft edges, as a pen leaves on a small grid. */
function paint(canvas: HTMLCanvasElement, x: number, y: number): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const radius = Math.max(0.75, canvas.width / 18);
  for (let row = Math.floor(y - radius - 1); row <= y + radius + 1; row += 1)
    for (let column = Math.floor(x - radius - 1); column <= x + radius + 1; column += 1) {
      const far = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const light = Math.max(0, Math.min(1, radius + 0.5 - far));
      if (light <= 0) continue;
      pen.fillStyle = `rgb(255 255 255 / ${light})`;
      pen.fillRect(column, row, 1, 1);
    }
}
