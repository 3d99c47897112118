// The texts of fixes, which come with the problems.

import { addTexts } from "@/text/catalogue";

export const fixTexts = {
  "fix.title": "The fix, as the canvas and the previews show it now",
  "fix.keep": "Keep it",
  "fix.takeBack": "Take it back",
  "fix.add": "adds {id} ({type})",
  "fix.remove": "removes {id} ({type})",
  "fix.connect": "connects {from} to {to}",
  "fix.disconnect": "disconnects {from} from {to}",
  "fix.set": "sets {name} of {id} to {value}",
  "fix.from": "changes {name} of {id} from {before} to {after}",
  "fix.reset": "lets {name} of {id} follow again",
  "fix.change": "changes {name}",
} as const;

addTexts(fixTexts);
