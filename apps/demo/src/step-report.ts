import type { Workflow, WorkflowResult } from "@dest/workflow";

const longest = 90;

/** Of a workflow of several steps: what each exported and returned, and the response; of one, nothing. */
export function stepLines(
  { steps }: Pick<Workflow, "steps">,
  { steps: said, error, respond }: WorkflowResult,
): string[] {
  if (steps.length < 2) return [];
  const ran = steps.filter(({ name }) => said[name] !== undefined);
  const width = Math.max(...steps.map(({ name }) => name.length));
  const lines = ran.map(({ name }, index) => {
    const failed = error !== undefined && index === ran.length - 1;
    return `  ${name.padEnd(width)}  ${failed ? "failed" : cut(JSON.stringify(said[name]))}`;
  });
  if (respond) lines.push(`  responds ${cut(JSON.stringify(respond))}`);
  return lines;
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
