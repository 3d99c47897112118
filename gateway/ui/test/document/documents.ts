import type { ModelDocument } from "@/document/model";

/** image → conv1 → flatten1 → dense1, as small as a model gets. */
export function chain(): ModelDocument {
  return {
    format: 1,
    dataset: null,
    components: {
      image: { type: "core.data", settings: { feature: "image" }, position: [0, 0] },
      conv1: { type: "core.convolution", settings: { filters: 16 }, position: [260, 0] },
      flatten1: { type: "core.flatten", settings: {}, position: [520, 0] },
      dense1: {
        type: "core.dense",
        settings: { units: 10 },
        suggested: { activation: "softmax" },
        position: [780, 0],
      },
    },
    connections: [
      { from: "image.output", to: "conv1.input" },
      { from: "conv1.output", to: "flatten1.input" },
      { from: "flatten1.output", to: "dense1.input" },
    ],
    plugins: { core: "0.1.0" },
  };
}
