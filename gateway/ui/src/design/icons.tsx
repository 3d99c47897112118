// The icons: strokes of 1.5 on a ground of 16, in the colour of the text around.

const PATHS = {
  add: "M8 3v10M3 8h10",
  align: "M3 2v12M6 5h7M6 11h4",
  arrowDown: "M4 6l4 4 4-4",
  arrowLeft: "M10 4L6 8l4 4",
  arrowRight: "M6 4l4 4-4 4",
  bypass: "M2 11h3c4 0 2-6 6-6h3M12 3l2 2-2 2M6.5 13.5h3",
  check: "M3 8.5l3.2 3.2L13 5",
  close: "M4 4l8 8M12 4l-8 8",
  code: "M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5",
  collapse: "M3 6h10M3 10h10",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  data: "M3 4.5C3 3.1 13 3.1 13 4.5v7c0 1.4-10 1.4-10 0zM3 4.5c0 1.4 10 1.4 10 0M3 8c0 1.4 10 1.4 10 0",
  docs: "M4 2.5h6l2.5 2.5v8.5h-8.5zM9.5 2.5v3h3M6 8.5h4M6 11h4",
  enlarge: "M9.5 3h3.5v3.5M13 3L9 7M6.5 13H3V9.5M3 13l4-4",
  error: "M8 2l6.2 11.2H1.8zM8 6.4v3.2M8 11.4v.4",
  fit: "M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3",
  group: "M2.5 2.5h11v11h-11zM5 5h3v3H5zM8.5 9h2.5v2H8.5z",
  help: "M8 14A6 6 0 108 2a6 6 0 000 12zM6.2 6.3c.2-2.4 3.7-2.2 3.6 0 0 1.3-1.8 1.4-1.8 2.7M8 11.2v.3",
  info: "M8 14A6 6 0 108 2a6 6 0 000 12zM8 7.2v4M8 4.7v.3",
  layers: "M8 2.5l6 3-6 3-6-3zM2.5 8.2L8 11l5.5-2.8M2.5 10.8L8 13.5l5.5-2.7",
  map: "M2.5 4l3.6-1.5 3.8 1.5 3.6-1.5v9.5L9.9 13.5 6.1 12l-3.6 1.5zM6.1 2.5V12M9.9 4v9.5",
  menu: "M3 4.5h10M3 8h10M3 11.5h10",
  minus: "M3 8h10",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  note: "M3 3h10v6.5L9.5 13H3zM13 9.5H9.5V13",
  offline:
    "M2 2l12 12M4.6 9.2a5 5 0 012-1.3M2.6 7a8 8 0 012.2-1.6M11.4 9.2a5 5 0 00-1-.8M13.4 7A8 8 0 007.5 4.6M8 12h.01",
  operations: "M5 8h6M8 5v6M8 14A6 6 0 108 2a6 6 0 000 12z",
  palette: "M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z",
  panel: "M2.5 3h11v10h-11zM10 3v10",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3l8 5-8 5z",
  processing: "M2.5 4.5h4M9.5 4.5h4M8 3v3M2.5 11.5h6M11.5 11.5h2M10 10v3",
  redo: "M13 6H6a3.5 3.5 0 000 7h3M10.2 3.2L13 6l-2.8 2.8",
  saved: "M4.5 12a3 3 0 01-.4-6 4.2 4.2 0 018-.2 3.2 3.2 0 01-.6 6.2zM6 8.5l1.5 1.5L10.5 7",
  search: "M7 12A5 5 0 107 2a5 5 0 000 10zM10.6 10.6L14 14",
  settings: "M2.5 5h6M12 5h1.5M10 3.2v3.6M2.5 11h1.5M7.5 11h6M5.7 9.2v3.6",
  step: "M4 3.5l6 4.5-6 4.5zM12.5 3.5v9",
  stop: "M4 4h8v8H4z",
  sun: "M8 11a3 3 0 100-6 3 3 0 000 6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  tidy: "M2.5 2.5h3v3h-3zM10.5 2.5h3v3h-3zM10.5 10.5h3v3h-3zM5.5 4h5M8 4v8h2.5",
  tip: "M6 12.5h4M6.5 14.2h3M8 1.8a4.2 4.2 0 012.4 7.6V11H5.6V9.4A4.2 4.2 0 018 1.8z",
  training: "M2.5 13.5h11M2.5 2.5v11M4.5 4.5c1 5 3 6.5 8 6.8",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 9h5.8l.6-9",
  undo: "M3 6h7a3.5 3.5 0 010 7H7M5.8 3.2L3 6l2.8 2.8",
  warning: "M8 14A6 6 0 108 2a6 6 0 000 12zM8 4.8v4M8 11v.4",
} as const;

export type IconName = keyof typeof PATHS;

/** A picture without a meaning of its own: the text beside it, or the button's name, says what it is. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 2.4 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

const CATEGORY_ICONS: Record<string, IconName> = {
  data: "data",
  processing: "processing",
  layers: "layers",
  operations: "operations",
  training: "training",
};

/** The icon of a category of components; categories of other plugins have a common one. */
export function categoryIcon(category: string): IconName {
  return CATEGORY_ICONS[category] ?? "palette";
}

const KNOWN = new Set([...Object.keys(CATEGORY_ICONS), "applications"]);

/** The colour of a category, as a CSS value. */
export function categoryColor(category: string): string {
  return `var(--category-${KNOWN.has(category) ? category : "other"})`;
}
