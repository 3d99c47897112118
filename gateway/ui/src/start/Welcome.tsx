// The first start: a trained example, made here on request, and the tour through it.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { messageOf } from "@/api/problem";
import { navigate } from "@/app/router";
import { Button, IconButton } from "@/design/Button";
import { text } from "@/text/text";
import { takeTour } from "@/tour/commands";
import { beginTour, useTour } from "@/tour/state";
import { type Progress, trainedExample } from "./example";
import styles from "./welcome.module.css";
import "./texts";

export default function Welcome() {
  const { model, step } = useTour();
  const resumable = model !== null && step > 0;
  return (
    <section className={styles["welcome"]} aria-labelledby="welcome">
      <div className={styles["words"]}>
        <h2 id="welcome">{text("welcome.title")}</h2>
        <p>{text("welcome.hint")}</p>
        {resumable ? <Resume /> : <Begin />}
      </div>
      <IconButton
        icon="close"
        label={text("welcome.dismiss")}
        side="left"
        onClick={() => useTour.setState({ offered: false })}
      />
    </section>
  );
}

function Resume() {
  return (
    <div className={styles["actions"]}>
      <Button look="primary" icon="play" onClick={() => void takeTour()}>
        {text("welcome.resume")}
      </Button>
    </div>
  );
}

function Begin() {
  const client = useQueryClient();
  const [progress, setProgress] = useState<Progress | null>(null);
  const gone = useRef(new AbortController());
  useEffect(() => {
    const stop = new AbortController();
    gone.current = stop;
    return () => stop.abort();
  }, []);
  const open = useMutation({
    mutationFn: async (tour: boolean) => {
      const { signal } = gone.current;
      const model = await trainedExample(setProgress, signal);
      void client.invalidateQueries({ queryKey: ["models"] });
      if (signal.aborted) return;
      if (tour) beginTour(model);
      navigate(`/models/${model}`);
    },
  });
  if (open.isPending && progress) return <Making progress={progress} />;
  return (
    <>
      <div className={styles["actions"]}>
        <Button look="primary" icon="play" onClick={() => open.mutate(true)}>
          {text("welcome.tour")}
        </Button>
        <Button onClick={() => open.mutate(false)}>{text("welcome.example")}</Button>
      </div>
      {open.error ? (
        <p className={styles["bad"]} role="alert">
          {messageOf(open.error)}
        </p>
      ) : (
        <p className={styles["note"]}>{text("welcome.example.hint")}</p>
      )}
    </>
  );
}

function Making({ progress }: { progress: Progress }) {
  const said =
    progress.step === "making" ? text("welcome.making") : text("welcome.training", { ...progress, step: "" });
  const share = progress.step === "training" ? progress.share : undefined;
  return (
    <div className={styles["making"]}>
      <span role="status">{said}</span>
      <progress aria-label={said} value={share} />
    </div>
  );
}
