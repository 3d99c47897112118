// A preview by its kind: a picture, or values drawn as bars, a line, a histogram, probabilities or text.

import { scaleOf, type Visualization } from "@/live/picture";
import { figure } from "@/text/text";
import styles from "./picture.module.css";

interface PictureProps {
  picture: Visualization;
  /** The address of its image, where it has one. */
  image: string | null;
  width: number;
  height: number;
  /** Larger, with numbers and labels. */
  detailed?: boolean;
  label: string;
}

export function Picture({ picture, image, width, height, detailed = false, label }: PictureProps) {
  switch (picture.kind) {
    case "text":
      return <Texts texts={picture.labels ?? []} />;
    case "scalar":
      return <Scalar picture={picture} />;
    case "probabilities":
      return <Probabilities picture={picture} height={height} detailed={detailed} label={label} />;
    case "bars":
    case "histogram":
      return <Bars picture={picture} width={width} height={height} label={label} />;
    case "line":
      return <Line picture={picture} width={width} height={height} label={label} />;
    default:
      return image ? (
        <img
          className={styles["image"]}
          src={image}
          alt={label}
          draggable={false}
          data-scale={scaleOf(picture)}
          style={{ maxHeight: height, aspectRatio: `${picture.width} / ${picture.height}` }}
        />
      ) : null;
  }
}

const numbersOf = (picture: Visualization): number[] => (picture.values ?? []).map((value) => value ?? 0);

function Scalar({ picture }: { picture: Visualization }) {
  const [name] = picture.labels ?? [];
  return <span className={styles["scalar"]}>{name ?? figure(picture.values?.[0])}</span>;
}

function Texts({ texts }: { texts: readonly string[] }) {
  return (
    <ul className={styles["texts"]}>
      {texts.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same text may stand twice, and lines do not move.
        <li key={index}>{item}</li>
      ))}
    </ul>
  );
}

function Bars({ picture, width, height, label }: Omit<PictureProps, "image">) {
  const values = numbersOf(picture);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const y = (value: number) => height - ((value - low) / (high - low || 1)) * height;
  const step = width / values.length;
  const gap = step > 4 ? 1 : 0;
  const path = values
    .map((value, index) => {
      const [top, bottom] = [Math.min(y(value), y(0)), Math.max(y(value), y(0))];
      return `M${(index * step).toFixed(2)} ${top.toFixed(2)}h${(step - gap).toFixed(2)}V${bottom.toFixed(2)}h-${(step - gap).toFixed(2)}z`;
    })
    .join("");
  return (
    <svg
      className={styles["chart"]}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={path} className={styles["bars"]} />
      {low < 0 && <path d={`M0 ${y(0)}H${width}`} className={styles["zero"]} />}
    </svg>
  );
}

function Line({ picture, width, height, label }: Omit<PictureProps, "image">) {
  const values = numbersOf(picture);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const path = values
    .map((value, index) => {
      const x = (index / Math.max(values.length - 1, 1)) * width;
      return `${index ? "L" : "M"}${x.toFixed(2)} ${(height - 2 - ((value - low) / (high - low || 1)) * (height - 4)).toFixed(2)}`;
    })
    .join("");
  return (
    <svg
      className={styles["chart"]}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={path} className={styles["line"]} />
    </svg>
  );
}

const MOST_CLASSES = { small: 3, large: 20 };

/** The likeliest classes, with bars from none to certain: half a bar is one half. */
function Probabilities({
  picture,
  height,
  detailed,
  label,
}: Pick<PictureProps, "picture" | "height" | "detailed" | "label">) {
  const values = numbersOf(picture);
  const most = detailed ? MOST_CLASSES.large : Math.min(MOST_CLASSES.small, Math.floor(height / 20));
  const order = values.map((value, index) => ({ value, name: picture.labels?.[index] ?? String(index) }));
  const best = order.toSorted((left, right) => right.value - left.value).slice(0, most);
  return (
    <ol className={styles["probabilities"]} aria-label={label}>
      {best.map(({ name, value }) => (
        <li key={name}>
          <span className={styles["class"]}>{name}</span>
          <span className={styles["bar"]}>
            <i style={{ width: `${Math.max(0, Math.min(1, value)) * 100}%` }} />
          </span>
          <span className={styles["share"]}>{value.toFixed(2)}</span>
        </li>
      ))}
    </ol>
  );
}
