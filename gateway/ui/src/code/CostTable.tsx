// What the model costs before it is trained, by component and in sum; what is not known says why.

import { useQuery } from "@tanstack/react-query";
import { api, dataOf, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { useSettledDocument, useWorkspace } from "@/app/workspace";
import { EmptyState } from "@/design/Panel";
import { shortNumber, text, wholeNumber } from "@/text/text";
import styles from "./code.module.css";
import { bytesText, secondsText } from "./quantities";
import "@/code/texts";

export function CostTable() {
  const { model, types, view } = useWorkspace();
  const document = useSettledDocument();
  const { data, error, isFetching } = useQuery({
    queryKey: ["cost", model, document],
    queryFn: async () => {
      const graph = document as unknown as Schemas["GraphRequest"]["graph"];
      return dataOf(await api.POST("/api/v1/cost", { body: { graph } }));
    },
    placeholderData: (before: Schemas["Cost"] | undefined) => before,
    gcTime: 0,
    retry: false,
  });
  if (!data) return <EmptyState icon="layers" title={error ? messageOf(error) : text("cost.computing")} />;
  const selection = view.getState().selection;
  return (
    <div className={styles["cost"]} aria-busy={isFetching}>
      <dl>
        <Sum name="parameters" value={data.parameters} shown={wholeNumber} unknown={data.unknown} />
        <Sum name="flops" value={data.flops} shown={shortNumber} unknown={data.unknown} />
        <Sum name="memory_bytes" value={data.memory_bytes} shown={bytesText} unknown={data.unknown} />
        <Sum name="epoch_seconds" value={data.epoch_seconds} shown={secondsText} unknown={data.unknown} />
      </dl>
      <table>
        <thead>
          <tr>
            <th scope="col">{text("cost.component")}</th>
            <th scope="col">{text("cost.type")}</th>
            <th scope="col">{text("cost.parameters")}</th>
            <th scope="col">{text("cost.flops")}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(data.components).map(([id, cost]) => (
            <tr key={id} data-selected={selection.has(id)}>
              <th scope="row">
                <button type="button" onClick={() => view.setState({ selection: new Set([id]) })}>
                  {id}
                </button>
              </th>
              <td>{types.get(document.components[id]?.type ?? "")?.title}</td>
              <td>{wholeNumber(cost.parameters)}</td>
              <td>{cost.flops === null ? <Unknown reason={cost.unknown} /> : wholeNumber(cost.flops)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface SumProps {
  name: "parameters" | "flops" | "memory_bytes" | "epoch_seconds";
  value: number | null;
  shown: (value: number) => string;
  unknown: Record<string, string>;
}

function Sum({ name, value, shown, unknown }: SumProps) {
  return (
    <div>
      <dt>{text(`cost.sum.${name}`)}</dt>
      <dd>{value === null ? <Unknown reason={unknown[name] ?? null} /> : shown(value)}</dd>
    </div>
  );
}

function Unknown({ reason }: { reason: string | null }) {
  return <span className={styles["unknown"]}>{reason ? text("cost.unknown", { reason }) : "–"}</span>;
}
