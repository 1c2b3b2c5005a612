export const commands = ["stats", "list", "show", "replay"] as const;

export type CommandName = (typeof commands)[number];

/** What was asked for cannot be understood. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly command?: CommandName,
  ) {
    super(message);
  }
}

const general = `Usage: dest-outbox <path> <command> [options]

Looks into the outbox in the directory <path>, also while applications use it. It never delivers.

Commands:
  stats        how many messages there are, by destination
  list         the records of messages, the oldest first
  show <id>    the whole record of one message
  replay       puts dead letters back in line

Options of every command:
  --codec <file>   ES module that exports the encode and decode the store was written with
  --help           what the command takes, as in: dest-outbox list --help

Exit code: 0 done, 1 failed (CODE: message on stderr), 2 not understood.`;

const codec =
  "  --codec <file>       ES module that exports the encode and decode the store was written with";
const elsewhere = `Messages whose attempt is under way in another process are counted as pending or
retrying: only that process knows of it.`;

const ofCommand: Readonly<Record<CommandName, string>> = {
  stats: `Usage: dest-outbox <path> stats [options]

How many messages there are, by destination; bytes are those of what is neither
delivered nor dead. ${elsewhere}

  --json               one JSON object, by destination
${codec}`,
  list: `Usage: dest-outbox <path> list [options]

The records of messages, one line each, the oldest first.
${elsewhere}

  --status <status>    pending, delivering, retrying, delivered or dead
  --destination <name> only messages to this destination
  --workflow <id>      only messages of this workflow
  --limit <n>          at most so many (100)
  --cursor <cursor>    the next page: what the page before ended with
  --json               one JSON object per line; where there is more, the last is {"cursor":"…"}
${codec}`,
  show: `Usage: dest-outbox <path> show <id> [options]

The record of one message: where it came from, its attempts, what was asked and
answered. Payloads are never shown.

  --json               one JSON object
${codec}`,
  replay: `Usage: dest-outbox <path> replay <id>... [options]
       dest-outbox <path> replay --status dead [--destination <name>] [options]

Puts dead letters back at the end of the line, with new attempts. An application that
has the outbox open delivers them.

  --status dead        all dead letters
  --destination <name> with --status: only those to this destination
${codec}`,
};

export function usageOf(command: CommandName | undefined): string {
  return command ? ofCommand[command] : general;
}
