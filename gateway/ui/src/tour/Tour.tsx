// The tour over the open model: a popover beside what it explains, and a frame around that.

import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Workspace } from "@/app/workspace";
import { useRegistry } from "@/commands/registry";
import { Button, IconButton } from "@/design/Button";
import { notify } from "@/design/toasts";
import { text } from "@/text/text";
import { type Box, placeBeside } from "./place";
import { endTour, goTo, leaveTour, useTour } from "./state";
import { actionOf, bodyOf, STEPS, type Step, titleOf } from "./steps";
import styles from "./tour.module.css";
import "./texts";

export default function Tour() {
  const workspace = useRegistry((state) => state.workspace);
  const { model, step, running } = useTour();
  const shown = STEPS[step];
  if (!running || !workspace || workspace.model !== model || !shown) return null;
  return <Popover key={shown.id} workspace={workspace} step={shown} index={step} />;
}

interface PopoverProps {
  workspace: Workspace;
  step: Step;
  index: number;
}

function Popover({ workspace, step, index }: PopoverProps) {
  const own = useRef<HTMLDivElement>(null);
  const go = useRef<HTMLButtonElement>(null);
  const { anchor, place } = usePlace(workspace, step, own);
  useEffect(() => {
    step.enter(workspace);
    // After the selection has taken the focus.
    const later = setTimeout(() => go.current?.focus({ preventScroll: true }), 50);
    return () => clearTimeout(later);
  }, [workspace, step]);
  const last = index === STEPS.length - 1;
  const label = actionOf(step);
  return (
    <>
      {anchor && <div className={styles["frame"]} data-tour-frame style={anchor} />}
      <div
        ref={own}
        role="dialog"
        aria-labelledby="tour-title"
        aria-describedby="tour-body"
        className={styles["tour"]}
        style={place}
        data-step={step.id}
        onKeyDown={(event) => event.key === "Escape" && leave()}
      >
        <div className={styles["top"]}>
          <h2 id="tour-title">{titleOf(step)}</h2>
          <IconButton icon="close" label={text("tour.leave")} keys="Esc" onClick={leave} />
        </div>
        <p id="tour-body">{bodyOf(step)}</p>
        {label && <Button onClick={() => step.action?.(workspace)}>{label}</Button>}
        <div className={styles["foot"]}>
          <span className="figures">{text("tour.place", { step: index + 1, steps: STEPS.length })}</span>
          {index > 0 && (
            <Button look="quiet" onClick={() => goTo(index - 1)}>
              {text("tour.back")}
            </Button>
          )}
          <Button ref={go} look="primary" onClick={() => (last ? endTour() : goTo(index + 1))}>
            {text(last ? "tour.end" : "tour.next")}
          </Button>
        </div>
      </div>
    </>
  );
}

function leave(): void {
  leaveTour();
  notify(text("tour.left"));
}

/** Follow what a step points at, which may be on its way to the screen, or be dragged. */
function usePlace(workspace: Workspace, step: Step, own: React.RefObject<HTMLDivElement | null>) {
  const [anchor, setAnchor] = useState<Box | null>(null);
  const [place, setPlace] = useState<{ left: number; top: number }>({ left: -1000, top: 0 });
  useLayoutEffect(() => {
    let frame = 0;
    const follow = () => {
      frame = requestAnimationFrame(follow);
      const found = step.anchor(workspace)?.getBoundingClientRect();
      const box = found
        ? { left: found.left, top: found.top, width: found.width, height: found.height }
        : null;
      const size = { width: own.current?.offsetWidth ?? 0, height: own.current?.offsetHeight ?? 0 };
      const next = placeBeside(box ?? NOWHERE, size, { width: innerWidth, height: innerHeight });
      setAnchor((known) => (same(known, box) ? known : box));
      setPlace((known) => (known.left === next.left && known.top === next.top ? known : next));
    };
    follow();
    return () => cancelAnimationFrame(frame);
  }, [workspace, step, own]);
  return { anchor, place };
}

/** An anchor that no popover fits beside: it goes into the corner. */
const NOWHERE: Box = { left: 0, top: 0, width: 1e5, height: 1e5 };

function same(one: Box | null, other: Box | null): boolean {
  if (!one || !other) return one === other;
  return (
    one.left === other.left &&
    one.top === other.top &&
    one.width === other.width &&
    one.height === other.height
  );
}
