export interface Payload {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Objects of one shape, each about 250 bytes of JSON; no two are alike. */
const payloads: readonly Payload[] = Array.from({ length: 1_000 }, (_, number) => ({
  name: "Luke Skywalker",
  id: 100_000 + number,
  email: `luke.${number}@rebels.example`,
  height: 172,
  mass: 77.5,
  homeworld: { name: "Tatooine", climate: "arid", moons: 3 },
  films: ["A New Hope", "Return of the Jedi"],
  seen: true,
  born: null,
  note: "farm boy, pilot, and the last of an old order",
}));

export function payload(number: number): Payload {
  return payloads[number % payloads.length] as Payload;
}

/** Of the JSON of the first so many. */
export function payloadBytes(count: number): number {
  let bytes = 0;
  for (let number = 0; number < count; number++) bytes += JSON.stringify(payload(number)).length;
  return bytes;
}
