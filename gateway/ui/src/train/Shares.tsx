// Probabilities of classes as bars, with their numbers.

import styles from "./samples.module.css";

export function Shares({ shares }: { shares: readonly (readonly [string, number])[] }) {
  return (
    <ol className={styles["shares"]}>
      {shares.map(([name, share]) => (
        <li key={name}>
          <span className={styles["class"]}>{name}</span>
          <span className={styles["bar"]}>
            <i style={{ width: `${share * 100}%` }} />
          </span>
          <span className="figures">{share.toFixed(2)}</span>
        </li>
      ))}
    </ol>
  );
}
