/** What every send of the trials carries: who it is, and a text that shows whether it arrived as it was sent. */
export interface Payload {
  readonly run: string;
  /** Which send of the run, from 0. */
  readonly at: number;
  /** The orders of these arrive one after another. */
  readonly line?: string | undefined;
  readonly text: string;
}

const widest = 400;

/** The text follows from the rest: the observer knows it without having been told. */
export function payload(run: string, at: number, line?: string, width = widest): Payload {
  const word = `${run}/${at} `;
  const letters =
    20 + (([...word].reduce((sum, { length }, i) => sum + length * (i + 7), at * 31) * 97) % width);
  return { run, at, line, text: word.repeat(Math.ceil(letters / word.length)).slice(0, letters) };
}

/** Whether it is what was sent under that name. */
export function isIntact({ run, at, text }: Payload): boolean {
  const word = `${run}/${at} `;
  return text.length > 0 && text === word.repeat(Math.ceil(text.length / word.length)).slice(0, text.length);
}

export function keyOf({ run, at }: Pick<Payload, "run" | "at">): string {
  return `${run}#${at}`;
}
