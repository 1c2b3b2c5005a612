const undone = new Set<() => void>();

/** Does it also where a benchmark fails or is interrupted. Answers what does it now. */
export function atExit(undo: () => void): () => void {
  if (undone.size === 0) listen();
  const once = () => {
    if (undone.delete(once)) undo();
  };
  undone.add(once);
  return once;
}

function listen(): void {
  if (process.listenerCount("exit", undoAll) > 0) return;
  process.on("exit", undoAll);
  process.on("SIGINT", () => process.exit(130));
  process.on("SIGTERM", () => process.exit(143));
}

function undoAll(): void {
  for (const undo of undone) undo();
}
