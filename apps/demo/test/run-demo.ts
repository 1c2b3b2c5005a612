import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

export interface DemoRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningDemo {
  readonly ended: Promise<DemoRun>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the match once standard output has it. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts the demo as `npm run demo` does, built, with these arguments and this standard input. */
export function startDemo(args: readonly string[], input = ""): RunningDemo {
  const child = spawn(process.execPath, [main, ...args]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  let heard = () => {};
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    stdout += chunk;
    heard();
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdin.end(input);
  const ended = new Promise<DemoRun>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    says: (pattern) =>
      new Promise((resolve, reject) => {
        heard = () => {
          const found = pattern.exec(stdout);
          if (found) resolve(found);
        };
        heard();
        void ended.then(() =>
          reject(new Error(`the demo ended without saying ${pattern}:\n${stdout}${stderr}`)),
        );
      }),
  };
}

export function runDemo(args: readonly string[], input?: string): Promise<DemoRun> {
  return startDemo(args, input).ended;
}
