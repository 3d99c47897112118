// Pictures of tensors as the page shows them: grey ones as they come, sheets and heat-maps in colour.

import type { Schemas } from "@/api/client";

export type Visualization = Schemas["Visualization"];

const VIRIDIS = [
  "#440154",
  "#472d7b",
  "#3b528b",
  "#2c728e",
  "#21918c",
  "#28ae80",
  "#5ec962",
  "#addc30",
  "#fde725",
];
const SIGNED = ["#2166ac", "#67a9cf", "#d1e5f0", "#f7f7f7", "#fddbc7", "#ef8a62", "#b2500c"];

type Colour = [number, number, number];

function parsed(text: string): Colour {
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function scale(stops: string[]): (position: number) => Colour {
  const colours = stops.map(parsed);
  return (position) => {
    const place = Math.max(0, Math.min(1, position)) * (colours.length - 1);
    const index = Math.min(Math.floor(place), colours.length - 2);
    const [low, high] = [colours[index] ?? [0, 0, 0], colours[index + 1] ?? [0, 0, 0]];
    return low.map((value, channel) => value + ((high[channel] ?? 0) - value) * (place - index)) as Colour;
  };
}

const viridis = scale(VIRIDIS);
const signed = scale(SIGNED);

/** Which scale of colours belongs to a picture. */
export function scaleOf(picture: Visualization): "grey" | "viridis" | "signed" {
  if (picture.kind !== "channels" && picture.kind !== "heatmap") return "grey";
  return (picture.min ?? 0) < 0 && (picture.max ?? 0) > 0 ? "signed" : "viridis";
}

/** The stops of a scale, for a legend. */
export function stopsOf(name: "grey" | "viridis" | "signed"): string[] {
  return { grey: ["#000000", "#ffffff"], viridis: VIRIDIS, signed: SIGNED }[name];
}

/** A colour for each of the 256 values of a grey picture. */
function table(picture: Visualization): Colour[] {
  const [low, high] = [picture.min ?? 0, picture.max ?? 1];
  const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const colour =
    scaleOf(picture) === "signed"
      ? (part: number) => signed(0.5 + (low + part * (high - low)) / (2 * reach))
      : viridis;
  return Array.from({ length: 256 }, (_, value) => colour(value / 255));
}

/** Pixels between the channels of a sheet, and as many channels as the server draws into one. */
export const GAP = 1;
const MOST_CHANNELS = 16;

/** How the channels of a sheet lie: how many, in how many columns, and the size of one with its gap. */
export function gridOf(picture: Visualization) {
  const count = Math.max(1, Math.min(picture.channels, MOST_CHANNELS));
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  return { count, columns, width: (picture.width + GAP) / columns, height: (picture.height + GAP) / rows };
}

/** The address of a picture's image: a data URL of what came, or of its coloured copy. */
export async function addressOf(picture: Visualization): Promise<string | null> {
  if (!picture.png) return null;
  const plain = `data:image/png;base64,${picture.png}`;
  return scaleOf(picture) === "grey" ? plain : await coloured(plain, table(picture), picture);
}

async function coloured(address: string, colours: Colour[], picture: Visualization): Promise<string> {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return address;
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let place = 0; place < pixels.data.length; place += 4) {
    const colour = colours[pixels.data[place] ?? 0] ?? [0, 0, 0];
    for (let channel = 0; channel < 3; channel += 1) pixels.data[place + channel] = colour[channel] ?? 0;
  }
  context.putImageData(pixels, 0, 0);
  if (picture.kind === "channels") clearGaps(context, picture);
  return canvas.toDataURL("image/png");
}

/** The server draws the gaps between channels in the colour of the smallest value: they would look like data. */
function clearGaps(context: CanvasRenderingContext2D, picture: Visualization): void {
  const { columns, width, height, count } = gridOf(picture);
  const rows = Math.ceil(count / columns);
  for (let column = 1; column < columns; column += 1)
    context.clearRect(Math.round(column * width) - GAP, 0, GAP, picture.height);
  for (let row = 1; row < rows; row += 1)
    context.clearRect(0, Math.round(row * height) - GAP, picture.width, GAP);
}
