// Files of a trained model for elsewhere: made, compared with the model, downloaded.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { bytesText } from "@/code/quantities";
import { Button } from "@/design/Button";
import { EmptyState } from "@/design/Panel";
import { notify } from "@/design/toasts";
import { figure, text } from "@/text/text";
import styles from "./exports.module.css";
import { isActive, type Run } from "./feed";
import { answers } from "./samples";

type Export = Schemas["Export"];
type Format = Schemas["StartExport"]["format"];
const FORMATS: readonly [Format, string][] = [
  ["tflite", "TFLite"],
  ["onnx", "ONNX"],
  ["keras", "Keras"],
  ["savedmodel", "SavedModel"],
];

export function ExportsTab({ run, name }: { run: Run; name: string }) {
  const client = useQueryClient();
  const { data: made = [] } = useQuery({
    ...queries.exports(run.id),
    refetchInterval: ({ state }) => (state.data?.some((item) => isActive(item.state)) ? 500 : false),
  });
  const { mutate } = useMutation({
    mutationFn: (format: Format) =>
      api.POST("/api/v1/runs/{run}/exports", { params: { path: { run: run.id } }, body: { format } }),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.exports(run.id).queryKey }),
    onError: (error) => notify(messageOf(error), "err"),
  });
  if (!answers(run))
    return <EmptyState icon="training" title={text("exports.none")} hint={text("exports.none.hint")} />;
  return (
    <div className={styles["exports"]}>
      <ul className={styles["formats"]}>
        {FORMATS.map(([format, title]) => (
          <li key={format}>
            <div>
              <strong>{title}</strong>
              <span>{text(`exports.for.${format}`)}</span>
            </div>
            <Button
              aria-label={`${text("exports.go")} ${title}`}
              disabled={made.some((item) => item.format === format && isActive(item.state))}
              onClick={() => mutate(format)}
            >
              {text("exports.go")}
            </Button>
          </li>
        ))}
      </ul>
      <section className={styles["made"]} aria-label={text("exports.list", { run: name })}>
        <h3>{text("exports.list", { run: name })}</h3>
        {made.length ? (
          <ul>
            {made.toReversed().map((item) => (
              <Made key={item.id} run={run.id} item={item} />
            ))}
          </ul>
        ) : (
          <p>{text("exports.empty")}</p>
        )}
      </section>
    </div>
  );
}

function Made({ run, item }: { run: string; item: Export }) {
  const title = FORMATS.find(([format]) => format === item.format)?.[1] ?? item.format;
  if (item.state === "FAILED")
    return (
      <li data-state={item.state}>
        <strong>{title}</strong> <span className={styles["error"]}>{item.error?.message}</span>
      </li>
    );
  if (item.state !== "SUCCEEDED" || !item.file)
    return (
      <li data-state={item.state}>
        <strong>{title}</strong>
        <progress max={1} value={item.progress} aria-label={`${text("exports.go")} ${title}`} />
      </li>
    );
  return (
    <li data-state={item.state}>
      <strong>{title}</strong>
      <span className="figures">{bytesText(item.bytes)}</span>
      <span className="figures" title={text("exports.difference.hint")}>
        {text("exports.difference")}: {figure(item.max_difference)}
      </span>
      <a href={`/api/v1/runs/${run}/exports/${item.id}/file`} download={item.file}>
        {text("exports.download", { file: item.file })}
      </a>
    </li>
  );
}
