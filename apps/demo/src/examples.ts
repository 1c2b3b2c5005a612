import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
// From the folder of the project it reads better in part than in full.
const near = relative(process.cwd(), root);
const folder = near.startsWith("..") ? root : near;

/** The programs of Pipedream's documentation of destinations, as they stand there. */
export const exampleWorkflows = ["single-send", "loop-over-names", "action"].map((name) =>
  join(folder, "workflows", `${name}.mjs`),
);

export const exampleEvent = join(folder, "events", "order.json");
