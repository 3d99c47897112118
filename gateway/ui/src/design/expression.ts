// What may be typed into a field for a number: a number, or sums and products of numbers.

/** The value of `2*64`, `1e-3` or `(28-4)/2`; null for what is none. Nothing of it is run as code. */
export function evaluate(text: string): number | null {
  const tokens = text.match(/\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|[-+*/()]/gi) ?? [];
  if (tokens.join("") !== text.replace(/\s+/g, "")) return null;
  let place = 0;
  const sum = (): number => {
    let value = product();
    while (tokens[place] === "+" || tokens[place] === "-")
      value += tokens[place++] === "+" ? product() : -product();
    return value;
  };
  const product = (): number => {
    let value = factor();
    while (tokens[place] === "*" || tokens[place] === "/")
      value = tokens[place++] === "*" ? value * factor() : value / factor();
    return value;
  };
  const factor = (): number => {
    const token = tokens[place++];
    if (token === "-") return -factor();
    if (token === "+") return factor();
    if (token !== "(") return token === undefined ? Number.NaN : Number(token);
    const value = sum();
    return tokens[place++] === ")" ? value : Number.NaN;
  };
  const value = sum();
  return place === tokens.length && Number.isFinite(value) ? value : null;
}
