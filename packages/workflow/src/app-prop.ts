import { DestError } from "@dest/core";

/** A prop that stands for an app: an account, and the app's methods. */
export interface AppDefinition {
  readonly type: "app";
  readonly app?: unknown;
  readonly methods?: { readonly [name: string]: unknown };
}

export function isApp(definition: object): definition is AppDefinition {
  return (definition as { type?: unknown }).type === "app";
}

/**
 * An app prop's value: what the step's props give, such as `$auth`, and the app's methods bound to it. Many actions name
 * an app and never ask for its account: only reading a `$auth` that was not given is an error.
 */
export function appValue(prop: string, { app, methods = {} }: AppDefinition, given: unknown): object {
  const value: Record<string, unknown> = { ...(given as object | undefined) };
  for (const [name, method] of Object.entries(methods)) {
    if (Object.hasOwn(value, name)) continue;
    value[name] = typeof method === "function" ? method.bind(value) : method;
  }
  if (!Object.hasOwn(value, "$auth")) Object.defineProperty(value, "$auth", noAccount(prop, app));
  return value;
}

// Not enumerable: logging or copying the app is no reason to fail.
function noAccount(prop: string, app: unknown): PropertyDescriptor {
  const of = typeof app === "string" ? ` of ${app}` : "";
  return {
    configurable: true,
    get: function $auth(): never {
      const message = `this.${prop}.$auth: no account${of} was given: put { $auth: { … } } under ${prop} in the step's props`;
      const error = new DestError("DEST_PROP_MISSING", message, { retryable: false });
      Error.captureStackTrace(error, $auth);
      throw error;
    },
  };
}
