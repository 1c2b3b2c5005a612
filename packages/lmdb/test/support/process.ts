import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("worker.mjs", import.meta.url));

/** A process of its own with a store open: it accepts on command and tells of what it delivers. */
export class Worker {
  readonly child: ChildProcess;
  readonly delivered: string[] = [];
  readonly #replies = new Map<number, (answer: unknown) => void>();
  #next = 0;

  constructor(path: string) {
    this.child = fork(program, [path], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.child.on("message", (message: { reply?: number; answer?: unknown; delivered?: string }) => {
      if (message.delivered !== undefined) this.delivered.push(message.delivered);
      if (message.reply !== undefined) this.#replies.get(message.reply)?.(message.answer);
    });
  }

  ask(does: "open" | "send" | "close", what?: unknown): Promise<unknown> {
    const call = this.#next++;
    return new Promise((resolve) => {
      this.#replies.set(call, resolve);
      this.child.send({ call, does, what });
    });
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}
