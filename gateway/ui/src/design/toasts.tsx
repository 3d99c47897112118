// Short notices at the lower edge: said to screen readers too, gone after a while.

import { create } from "zustand";
import { text } from "@/text/text";
import styles from "./controls.module.css";
import { Icon } from "./icons";

interface Notice {
  id: number;
  message: string;
  tone: "plain" | "err";
}

const SECONDS = { plain: 3, err: 12 };

const useNotices = create<{ notices: Notice[] }>(() => ({ notices: [] }));
let last = 0;

/** Say something; an error stays longer. */
export function notify(message: string, tone: Notice["tone"] = "plain"): void {
  last += 1;
  const id = last;
  useNotices.setState(({ notices }) => ({
    notices: [...notices.filter((item) => item.message !== message), { id, message, tone }].slice(-3),
  }));
  setTimeout(() => dismiss(id), SECONDS[tone] * 1000);
}

function dismiss(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((item) => item.id !== id) }));
}

export function Toasts() {
  const notices = useNotices((state) => state.notices);
  return (
    <ul className={styles["toasts"]} aria-live="polite">
      {notices.map((notice) => (
        <li key={notice.id} className={styles["toast"]} data-tone={notice.tone}>
          <span>{notice.message}</span>
          <button type="button" aria-label={text("app.close")} onClick={() => dismiss(notice.id)}>
            <Icon name="close" size={14} />
          </button>
        </li>
      ))}
    </ul>
  );
}
