// A sheet of channels, or one of them large.

import { useState } from "react";
import { Button, IconButton } from "@/design/Button";
import { GAP, gridOf, type Visualization } from "@/live/picture";
import { text } from "@/text/text";
import styles from "./detail.module.css";

interface ChannelPagerProps {
  picture: Visualization;
  image: string;
  label: string;
  height: number;
}

/** The stage has so much around its picture, in pixels: 12 on each side. */
const PADDING = 24;

export function ChannelPager({ picture, image, label, height }: ChannelPagerProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const { count, columns, width: cellWidth, height: cellHeight } = gridOf(picture);
  const step = (by: number) =>
    setChosen(chosen === null ? (by > 0 ? 0 : count - 1) : (chosen + by + count) % count);
  const one = chosen ?? 0;
  const room = height - PADDING;
  const scale = room / (chosen === null ? picture.height : cellHeight - GAP);
  const width = (chosen === null ? picture.width : cellWidth - GAP) * scale;
  return (
    <>
      <div className={styles["stage"]} style={{ height }}>
        <div className={styles["crop"]} style={{ width, height: room }}>
          <img
            src={image}
            alt={chosen === null ? label : `${label}, ${text("preview.channel")} ${one + 1}`}
            style={{
              width: picture.width * scale,
              height: picture.height * scale,
              transform:
                chosen === null
                  ? "none"
                  : `translate(${-(one % columns) * cellWidth * scale}px, ${-Math.floor(one / columns) * cellHeight * scale}px)`,
            }}
          />
        </div>
      </div>
      <div className={styles["pager"]}>
        <IconButton icon="arrowLeft" label={text("preview.previous")} onClick={() => step(-1)} />
        <span className="figures">
          {chosen === null
            ? text("preview.channelsOf", { shown: count, count: picture.channels })
            : text("preview.channelOf", { channel: one + 1, count: picture.channels })}
        </span>
        <IconButton icon="arrowRight" label={text("preview.next")} onClick={() => step(1)} />
        {chosen !== null && <Button onClick={() => setChosen(null)}>{text("preview.allChannels")}</Button>}
      </div>
    </>
  );
}
