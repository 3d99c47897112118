// The bar at the top: where one is, what is done most, and the menu.

import type { ReactNode } from "react";
import { useOverlay } from "@/commands/overlay";
import { IconButton } from "@/design/Button";
import { Menu } from "@/design/Menu";
import { text } from "@/text/text";
import { takeTour } from "@/tour/commands";
import styles from "./app.module.css";
import { Link } from "./Link";
import { useRoute } from "./router";
import { setTheme, useTheme } from "./theme";

interface AppBarProps {
  /** Beside the name: the title of what is open. */
  title?: ReactNode;
  /** At the right: what can be done with it. */
  children?: ReactNode;
}

export function AppBar({ title, children }: AppBarProps) {
  const route = useRoute();
  return (
    <header className={styles["appBar"]}>
      <Link to="/" className={styles["brand"]} aria-label={`${text("app.name")}, ${text("nav.models")}`}>
        <img src="/icon.svg" alt="" width={22} height={22} />
        <span>{text("app.name")}</span>
      </Link>
      {title ? (
        <div className={styles["title"]}>{title}</div>
      ) : (
        <nav className={styles["nav"]}>
          <Link to="/" aria-current={route.view === "start" ? "page" : undefined}>
            {text("nav.models")}
          </Link>
          <Link
            to="/datasets"
            aria-current={route.view === "datasets" || route.view === "dataset" ? "page" : undefined}
          >
            {text("nav.datasets")}
          </Link>
        </nav>
      )}
      <div className={styles["tools"]}>
        {children}
        <IconButton
          icon="search"
          label={text("command.palette")}
          keys="Ctrl+K"
          onClick={() => useOverlay.setState({ open: "palette" })}
        />
        <MoreMenu />
      </div>
    </header>
  );
}

function MoreMenu() {
  const theme = useTheme((state) => state.theme);
  return (
    <Menu
      align="end"
      trigger={<IconButton icon="menu" label={text("group.view")} />}
      items={[
        { label: text("theme.light"), checked: theme === "light", onSelect: () => setTheme("light") },
        { label: text("theme.dark"), checked: theme === "dark", onSelect: () => setTheme("dark") },
        { label: text("theme.system"), checked: theme === "system", onSelect: () => setTheme("system") },
        null,
        {
          label: text("shortcuts.title"),
          icon: "help",
          keys: "?",
          onSelect: () => useOverlay.setState({ open: "shortcuts" }),
        },
        { label: text("command.tour"), icon: "play", onSelect: () => void takeTour() },
        {
          label: text("nav.docs"),
          icon: "docs",
          onSelect: () => void window.open("/docs", "_blank", "noopener"),
        },
      ]}
    />
  );
}
