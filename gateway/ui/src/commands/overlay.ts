import { create } from "zustand";

/** Which of the windows about commands is open. */
export const useOverlay = create<{ open: "palette" | "shortcuts" | null }>(() => ({ open: null }));

export function closeOverlay(): void {
  useOverlay.setState({ open: null });
}
