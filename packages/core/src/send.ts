import { inspect } from "node:util";
import { type Capturing, capture, type SendOptions } from "./capture.js";
import { DestError, invalid, invalidOption } from "./errors.js";
import type { Registry } from "./registry.js";
import type { Sent } from "./sent.js";
import { meant } from "./unknown-keys.js";

type SendFunction = (...args: unknown[]) => Sent;

/** What a run's work is given as `$`. */
export interface Dollar {
  readonly id: string;
  readonly send: Readonly<Record<string, SendFunction>>;
  with(options: SendOptions): { readonly send: Readonly<Record<string, SendFunction>> };
}

/** Makes `$` for a run: built once per registry, so that a run pays for no more than the names it uses. */
export type DollarFactory = (id: string, run: Capturing) => Dollar;

export function dollarFactory(registry: Registry): DollarFactory {
  const Send = sendClass(registry);
  class RunDollar implements Dollar {
    readonly id: string;
    readonly send: Dollar["send"];
    readonly #run: Capturing;

    constructor(id: string, run: Capturing) {
      this.id = id;
      this.#run = run;
      this.send = new Send(run, undefined);
    }

    with(options: SendOptions): Pick<Dollar, "send"> {
      return { send: new Send(this.#run, checkOptions(options, this.with)) };
    }
  }
  return (id, run) => new RunDollar(id, run);
}

type SendClass = new (
  run: Capturing,
  options: SendOptions | undefined,
) => Readonly<Record<string, SendFunction>>;

/** A class with a getter per registered name, over a prototype that answers for every other name. */
function sendClass(registry: Registry): SendClass {
  class Send {
    readonly #run: Capturing;
    readonly #options: SendOptions | undefined;
    readonly #made: Record<string, SendFunction> = Object.create(null);

    constructor(run: Capturing, options: SendOptions | undefined) {
      this.#run = run;
      this.#options = options;
    }

    static function(send: Send, name: string): SendFunction {
      const made = send.#made[name];
      if (made) return made;
      const to = registry.get(name);
      if (!to) throw new Error(`${name} is not registered`);
      const run = send.#run;
      const options = send.#options;
      const bound: SendFunction = (...args) => capture(run, to, args, options, bound);
      Object.defineProperty(bound, "name", { value: name });
      send.#made[name] = bound;
      return bound;
    }

    [inspect.custom](): Record<string, SendFunction> {
      return Object.fromEntries([...registry.keys()].map((name) => [name, Send.function(this, name)]));
    }
  }
  for (const name of registry.keys()) {
    Object.defineProperty(Send.prototype, name, {
      enumerable: true,
      get(this: Send) {
        return Send.function(this, name);
      },
    });
  }
  Object.setPrototypeOf(Send.prototype, unknownNames(registry));
  return Send as unknown as SendClass;
}

// Only calling an unknown name fails: reading, logging and `?.` are harmless. What languages and loggers ask of every
// object (symbols, `then`, `toJSON`, methods of Object) keeps its usual answer.
function unknownNames(registry: Registry): object {
  return new Proxy(Object.create(Object.prototype) as object, {
    get(target, key, receiver) {
      if (typeof key === "symbol" || key in target || key === "then" || key === "toJSON")
        return Reflect.get(target, key, receiver);
      const fail = () => {
        const message = `$.send.${key}: no destination is registered as ${meant(key, [...registry.keys()])}`;
        const error = new DestError("DEST_UNKNOWN_DESTINATION", message, { retryable: false });
        Error.captureStackTrace(error, fail);
        throw error;
      };
      return fail;
    },
  });
}

const optionNames = ["delay", "expiresIn", "orderKey", "idempotencyKey"];
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into a header
const control = /[\u0000-\u001f\u007f]/;

function checkOptions(options: SendOptions, caller: (...args: never[]) => unknown): SendOptions {
  try {
    if (typeof options !== "object" || options === null) throw invalid("$.with: options", options);
    for (const key of Object.keys(options)) {
      if (!optionNames.includes(key)) throw invalidOption("$.with", key, `takes ${optionNames.join(", ")}`);
    }
    const { delay, expiresIn, orderKey, idempotencyKey } = options;
    for (const [name, value] of Object.entries({ delay, expiresIn })) {
      if (value !== undefined && !(Number.isFinite(value) && value >= 0))
        throw invalid(`$.with: ${name}`, value);
    }
    for (const [name, value] of Object.entries({ orderKey, idempotencyKey })) {
      if (value !== undefined && (typeof value !== "string" || value === ""))
        throw invalid(`$.with: ${name}`, value);
    }
    if (idempotencyKey !== undefined && control.test(idempotencyKey)) {
      throw invalid(
        "$.with: idempotencyKey",
        JSON.stringify(idempotencyKey),
        "control characters cannot be sent",
      );
    }
    return { delay, expiresIn, orderKey, idempotencyKey };
  } catch (thrown) {
    const error = DestError.is(thrown) ? thrown : invalid("$.with: options", options, "it cannot be read");
    Error.captureStackTrace(error, caller);
    throw error;
  }
}
