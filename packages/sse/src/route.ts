/** The workflow that a path names: it ends in `/pipelines/<workflow>/sse`, so that a program may serve it below any other. */
export function workflowOf(path: string): string | undefined {
  const [, part] = /\/pipelines\/([^/]+)\/sse\/?$/.exec(path) ?? [];
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
