const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

export type Colour = keyof typeof codes;
export type Paint = (colour: Colour, text: string) => string;

/** How a stream is written on: in colours on a terminal, unless NO_COLOR is set (no-color.org). */
export function painter(isTerminal: boolean, { NO_COLOR, TERM } = process.env): Paint {
  if (!isTerminal || NO_COLOR || TERM === "dumb") return (_, text) => text;
  return (colour, text) => `\u001b[${codes[colour]}m${text}\u001b[0m`;
}
