import { type ArgsByName, type Dest, DestError } from "@dest/core";
import { runWorkflow, type Workflow, type WorkflowResult } from "@dest/workflow";
import { complain, say } from "./output.js";
import { stepLines } from "./step-report.js";

/** Runs workflows one after another, with a line on each. Answers whether every step ran. */
export async function runAll<M extends ArgsByName>(
  dest: Pick<Dest<M>, "begin">,
  workflows: readonly Workflow[],
  event: unknown,
): Promise<boolean> {
  const width = Math.max(...workflows.map(({ id }) => id.length));
  let ranWell = true;
  for (const workflow of workflows) {
    try {
      const result = await runWorkflow(dest, workflow, { event });
      say(`${workflow.id.padEnd(width)}  ${describe(workflow, result)}`);
      for (const line of stepLines(workflow, result)) say(line);
      if (!result.error) continue;
      complain(result.error.message);
    } catch (error) {
      if (!DestError.is(error)) throw error;
      complain(`${workflow.id}: ${error.message}`);
    }
    ranWell = false;
  }
  say();
  return ranWell;
}

function describe({ steps }: Workflow, { messages, steps: said, respond, exit }: WorkflowResult): string {
  const told = [messages.length === 1 ? "1 message" : `${messages.length} messages`];
  if (exit) told.push(exit.reason === undefined ? "exit" : `exit: ${exit.reason}`);
  if (respond) told.push(`responds ${respond.status ?? 200}`);
  for (const { name } of steps) {
    const summary: unknown = said[name]?.$summary;
    if (typeof summary === "string") told.push(summary);
  }
  return told.join(", ");
}
