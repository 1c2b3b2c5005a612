import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Emit } from "@dest/emit";
import { type Component, createWorkflow } from "@dest/workflow";

/** What a file may export as `listeners`: workflows that run when another emits. */
interface ChainListener {
  readonly id: string;
  readonly component: Component;
  /** Id of the workflow that emits: a file's name, or another listener's. */
  readonly emitter: string;
  readonly event?: string | undefined;
}

/** Lets the listeners of a workflow's file hear what others emit. A folder has none. */
export async function listenAs(file: string, bus: Emit): Promise<void> {
  if (!/\.[cm]?js$/.test(file)) return;
  const path = resolve(file);
  // It is loaded already, by the workflow that is its default export.
  const { listeners = [] } = (await import(pathToFileURL(path).href)) as {
    listeners?: readonly ChainListener[];
  };
  for (const { id, component, emitter, event } of listeners) {
    bus.listen(id, createWorkflow({ id, steps: [{ name: id, component, file: path }] }));
    bus.subscribe(emitter, id, event);
  }
}
