// The clipboard, as far as a browser lets a page use it.

import { notify } from "./toasts";

/** Put a text on the clipboard and say so, or say what to do where the browser refuses; whether it is there. */
export async function copyText(content: string, said: string, refused: string): Promise<boolean> {
  try {
    // Over plain http there is no clipboard, and the call throws as if it were forbidden.
    await navigator.clipboard.writeText(content);
  } catch {
    notify(refused, "err");
    return false;
  }
  notify(said);
  return true;
}
