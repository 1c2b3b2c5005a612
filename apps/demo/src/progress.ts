import type { DeliveryCounts } from "./deliveries.js";
import type { Paint } from "./paint.js";

const width = 24;
/** Milliseconds at least, where there is no terminal to draw a bar on. */
const betweenLines = 400;

export interface Progress {
  show(counts: DeliveryCounts): void;
  /** Makes room for something else; the next `show` begins anew. */
  clear(): void;
  end(): void;
}

export interface Screen {
  write(text: string): unknown;
}

/** One line that is drawn over. */
export function bar(screen: Screen, paint: Paint): Progress {
  let shown = "";
  return {
    show(counts) {
      const { total, delivered } = counts;
      if (total === 0) return;
      const full = Math.floor((delivered / total) * width);
      const drawn = `${paint("green", "█".repeat(full))}${paint("dim", "░".repeat(width - full))}`;
      const line = `  ${drawn}  ${words(counts)}`;
      if (line !== shown) screen.write(`\r${line}\u001b[K`);
      shown = line;
    },
    clear() {
      if (shown !== "") screen.write("\r\u001b[K");
      shown = "";
    },
    end() {
      if (shown !== "") screen.write("\n\n");
      shown = "";
    },
  };
}

/** Plain lines, a few, for files, pipes and logs; the last one says how it ended. */
export function lines(screen: Screen, now: () => number = () => performance.now()): Progress {
  let latest = "";
  let shown = "";
  let shownAt = Number.NEGATIVE_INFINITY;
  const write = () => {
    if (latest !== shown) screen.write(`  ${latest}\n`);
    shown = latest;
    shownAt = now();
  };
  return {
    show(counts) {
      if (counts.total === 0) return;
      latest = words(counts);
      if (now() - shownAt >= betweenLines) write();
    },
    clear() {},
    end() {
      if (latest === "") return;
      write();
      screen.write("\n");
    },
  };
}

function words({ total, delivered, dead, retrying }: DeliveryCounts): string {
  const said = [`${delivered}/${total} delivered`];
  if (dead > 0) said.push(`${dead} dead`);
  if (retrying > 0) said.push(`${retrying} retrying`);
  return said.join(", ");
}
