// Dark, light, or like the system; kept in this browser.

import { create } from "zustand";

export type Theme = "dark" | "light" | "system";

const KEY = "glasswork theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "dark" || value === "light" ? value : "system";
}

export const useTheme = create<{ theme: Theme; shown: "dark" | "light" }>(() => ({
  theme: "system",
  shown: "light",
}));

export function setTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  show(theme);
}

function show(theme: Theme): void {
  const shown = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  document.documentElement.dataset["theme"] = shown;
  useTheme.setState({ theme, shown });
}

/** Show the theme that was chosen, and follow the system where none was. */
export function startTheme(): void {
  show(stored());
  dark.addEventListener("change", () => show(stored()));
}
