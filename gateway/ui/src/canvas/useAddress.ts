import { useEffect, useState } from "react";
import { addressOf, type Visualization } from "@/live/picture";

/** What was coloured once: a component that comes into sight again shows its picture at once. */
const known = new WeakMap<Visualization, string | null>();

/** The address of a picture's image; what is not shown is never coloured. The last one stays until the next is there. */
export function useAddress(picture: Visualization | null | undefined): string | null {
  const [address, setAddress] = useState(() => (picture && known.get(picture)) ?? null);
  useEffect(() => {
    let current = true;
    const show = (found: string | null) => {
      if (picture) known.set(picture, found);
      if (current) setAddress(found);
    };
    if (!picture?.png) setAddress(null);
    else if (known.has(picture)) setAddress(known.get(picture) ?? null);
    else void addressOf(picture).then(show, () => show(null));
    return () => {
      current = false;
    };
  }, [picture]);
  return address;
}
