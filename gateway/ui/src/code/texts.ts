// The texts of code and cost, which come with them.

import { addTexts } from "@/text/catalogue";

export const codeTexts = {
  "code.program": "Program",
  "code.of": "Code of {id}",
  "code.custom": "Your code",
  "code.fromTemplate": "From the template",
  "code.reset": "Back to the template",
  "code.line": "Line {line}:",
  "code.hint":
    "A changed number or word moves its setting; anything else becomes code of your own. x is the input, X has the variables of the component before.",
  "code.lines": { one: "{count} line", other: "{count} lines" },
  "code.copy": "Copy",
  "code.copied": "Copied",
  "code.copyForbidden":
    "The browser does not let Glasswork use the clipboard: download model.py, or select the program and press {keys}",
  "code.download": "Download model.py",
  "code.conflict": {
    one: "You and the template changed the same lines. Choose which to keep.",
    other: "You and the template changed the same lines in {count} places. Choose which to keep.",
  },
  "code.conflict.place": "Place {number}",
  "code.conflict.base": "As it was",
  "code.conflict.custom": "Yours",
  "code.conflict.template": "The template's now",
  "code.conflict.nothing": "(nothing)",
  "code.conflict.take.custom": "Keep mine",
  "code.conflict.take.template": "Take the template's",
  "code.conflict.take.both": "Keep both",
  "code.conflict.go": "Use this code",
  "cost.title": "Cost",
  "cost.computing": "Timing a batch…",
  "cost.component": "Component",
  "cost.type": "Type",
  "cost.parameters": "Parameters",
  "cost.flops": "Operations per row",
  "cost.sum.parameters": "Parameters",
  "cost.sum.flops": "Operations per row",
  "cost.sum.memory_bytes": "Peak memory of training",
  "cost.sum.epoch_seconds": "Time of an epoch",
  "cost.unknown": "unknown: {reason}",
} as const;

addTexts(codeTexts);
