// A field for a number: typed, stepped with the arrow keys, or dragged sideways.

import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { text } from "@/text/text";
import styles from "./controls.module.css";
import { evaluate } from "./expression";
import { notify } from "./toasts";

export interface NumberFieldProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
  /** A drag begins and ends: all that comes between is one step of undo. */
  onScrubStart?: () => void;
  onScrubEnd?: () => void;
  min?: number | undefined;
  max?: number | undefined;
  integer?: boolean;
  unit?: string | undefined;
  id?: string;
  describedBy?: string | undefined;
  invalid?: boolean;
}

/** Signs of what was typed that a notice repeats. */
const LONGEST = 30;
const PIXELS_BEFORE_SCRUB = 3;
const PIXELS_PER_STEP = 8;

export function NumberField(props: NumberFieldProps) {
  const { label, value, onChange, integer = false, unit, id, describedBy, invalid } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const scrub = useScrub(props);
  const accept = () => {
    const number = typed === null ? null : evaluate(typed);
    if (number !== null) onChange(within(number, props));
    else if (typed?.trim()) notify(text("field.noNumber", { typed: typed.slice(0, LONGEST), name: label }));
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") accept();
    else if (event.key === "Escape" && typed !== null) {
      event.stopPropagation();
      setTyped(null);
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      setTyped(null);
      const steps = (event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1);
      onChange(within(value + steps * stepOf(value, integer), props));
    }
  };
  const wrong = invalid || (typed !== null && evaluate(typed) === null);
  return (
    <div className={styles["number"]}>
      <input
        id={id}
        role="spinbutton"
        inputMode="decimal"
        autoComplete="off"
        aria-label={label}
        aria-describedby={describedBy}
        aria-valuenow={value}
        aria-valuemin={props.min}
        aria-valuemax={props.max}
        aria-invalid={wrong || undefined}
        data-settled={typed === null || undefined}
        className={styles["field"]}
        value={typed ?? shown(value)}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={accept}
        onKeyDown={onKeyDown}
        {...scrub}
      />
      {unit && <span className={styles["unit"]}>{unit}</span>}
    </div>
  );
}

function useScrub({
  value,
  onChange,
  onScrubStart,
  onScrubEnd,
  integer = false,
  ...range
}: NumberFieldProps) {
  const drag = useRef<{ x: number; from: number; step: number; moved: boolean } | null>(null);
  const stop = (event: PointerEvent<HTMLInputElement>) => {
    const ended = drag.current;
    drag.current = null;
    if (!ended?.moved) return;
    event.preventDefault();
    event.currentTarget.blur();
    onScrubEnd?.();
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLInputElement>) => {
      if (event.button !== 0 || document.activeElement === event.currentTarget) return;
      drag.current = { x: event.clientX, from: value, step: stepOf(value, integer), moved: false };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLInputElement>) => {
      const current = drag.current;
      if (!current) return;
      const distance = event.clientX - current.x;
      if (!current.moved && Math.abs(distance) < PIXELS_BEFORE_SCRUB) return;
      if (!current.moved) onScrubStart?.();
      current.moved = true;
      const next = within(current.from + Math.round(distance / PIXELS_PER_STEP) * current.step, {
        ...range,
        integer,
      });
      if (next !== value) onChange(next);
    },
    onPointerUp: stop,
    onPointerCancel: stop,
  };
}

/** How far one step goes: by the size of the number, so that 0.001 and 64 both move sensibly. */
export function stepOf(value: number, integer: boolean): number {
  if (integer) return 1;
  const size = Math.abs(value);
  return size === 0 ? 0.01 : 10 ** (Math.floor(Math.log10(size)) - 1);
}

/** The nearest number that the range allows, and the server takes: JSON has a larger one as an integer beyond 2^53. */
export function within(
  value: number,
  range: { min?: number | undefined; max?: number | undefined; integer?: boolean },
): number {
  const whole = range.integer ? Math.round(value) : Number(value.toPrecision(12));
  const least = Math.max(range.min ?? -Infinity, Number.MIN_SAFE_INTEGER);
  const most = Math.min(range.max ?? Infinity, Number.MAX_SAFE_INTEGER);
  return Math.min(Math.max(whole, least), most);
}

function shown(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  return Number.isFinite(value) ? String(Number(value.toPrecision(8))) : "";
}
