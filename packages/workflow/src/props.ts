import { DestError } from "@dest/core";
import { appValue, isApp } from "./app-prop.js";
import type { Component } from "./component.js";
import { showPlace } from "./place.js";
import type { WorkflowStep } from "./workflow.js";

interface PropDefinition {
  readonly type?: unknown;
  readonly optional?: unknown;
  readonly default?: unknown;
}

/** Shown in a form and without a value, or asked for its account only where that is used. */
const valueless = new Set(["alert", "app"]);

/** Throws where a prop that is needed has no value, or a value has no prop. */
export function checkProps({ name, component, props = {}, file }: WorkflowStep): void {
  const where = file === undefined ? `step ${name}` : showPlace({ file });
  const definitions = definitionsOf(component);
  const missing = definitions.filter(([prop, definition]) => props[prop] === undefined && needed(definition));
  if (missing.length > 0) {
    const named = missing.map(([prop, { type }]) => (typeof type === "string" ? `${prop} (${type})` : prop));
    const message = `${where}: no value for ${named.join(", ")}: give it in the step's props, or make the prop optional`;
    throw new DestError("DEST_PROP_MISSING", message, { retryable: false });
  }
  const known = definitions.map(([prop]) => prop);
  const unknown = Object.keys(props).find((prop) => !known.includes(prop));
  if (unknown !== undefined) {
    const message = `${where}: the component has no prop ${unknown}; it has ${known.join(", ") || "none"}`;
    throw new DestError("DEST_WORKFLOW_INVALID", message, { retryable: false });
  }
}

/** A run's own `this`: the values given, defaults for the others, and the component's methods bound to it. */
export function thisOf({ component, props = {} }: WorkflowStep): object {
  const self: Record<string, unknown> = {};
  for (const [name, definition] of definitionsOf(component)) {
    // A copy: what a run does to its default the next must not see.
    if (definition.default !== undefined) self[name] = structuredClone(definition.default);
  }
  for (const [name, value] of Object.entries(props)) if (value !== undefined) self[name] = value;
  for (const [name, definition] of definitionsOf(component))
    if (isApp(definition)) self[name] = appValue(name, definition, props[name]);
  for (const [name, method] of Object.entries(component.methods ?? {})) {
    self[name] = typeof method === "function" ? method.bind(self) : method;
  }
  return self;
}

function needed({ type, optional, default: value }: PropDefinition): boolean {
  return optional !== true && value === undefined && !valueless.has(String(type));
}

function definitionsOf({ props = {} }: Component): [name: string, definition: PropDefinition][] {
  return Object.entries(props).map(([name, prop]) => [name, definitionOf(prop)]);
}

function definitionOf(prop: unknown): PropDefinition {
  if (typeof prop === "string") return { type: prop };
  if (typeof prop !== "object" || prop === null) return {};
  const { propDefinition } = prop as { propDefinition?: unknown };
  if (!Array.isArray(propDefinition)) return prop;
  // [app, name]: the app's definition, with this one's words over it.
  const [app, name] = propDefinition as [{ propDefinitions?: Record<string, object> } | undefined, string];
  return { ...app?.propDefinitions?.[name], ...prop };
}
