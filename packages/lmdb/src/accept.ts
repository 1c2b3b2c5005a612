import type { NewMessage, RunCommit } from "@dest/core";
import { type Row, rowOf, type StoredHome } from "./home.js";
import type { Unit } from "./unit.js";

const mostRows = 128;
const mostBytes = 256 * 1024;
const widest = 1_024;

/** A home in the making. Its seq is given out in the transaction. */
interface Draft {
  readonly at: number;
  readonly stored: StoredHome & { readonly rows: Row[] };
  readonly availableAt: number | undefined;
  bytes: number;
}

/**
 * How far behind its first message a home may reach, in seqs: who reads the store in commit order has to look back so
 * far.
 */
export const homeReach = widest;

/** A home that was just stored. */
export interface Accepted {
  readonly seq: number;
  readonly stored: StoredHome;
}

/** The homes of a run: what goes to one group lies together, what has a life of its own from the start is alone. */
export function draftHomes(run: RunCommit, messages: readonly NewMessage[]): Draft[] {
  const drafts: Draft[] = [];
  const open = new Map<string, Draft>();
  // Most runs send much to few: the draft of the message before.
  let last: Draft | undefined;
  messages.forEach((message, at) => {
    const { destination, group, orderKey, availableAt = run.acceptedAt } = message;
    const isLate = availableAt > run.acceptedAt;
    const isAlone = isLate || orderKey !== undefined;
    let draft: Draft | undefined;
    if (!isAlone) draft = isFor(last, destination, group) ? last : open.get(nameOf(destination, group));
    if (!draft || isFull(draft, at)) {
      const { runId, origin, acceptedAt } = run;
      const stored = { runId, origin, acceptedAt, destination, group, rows: [] };
      draft = { at, stored, availableAt: isLate ? availableAt : undefined, bytes: 0 };
      drafts.push(draft);
      if (!isAlone) open.set(nameOf(destination, group), draft);
    }
    if (!isAlone) last = draft;
    draft.stored.rows.push(rowOf(at - draft.at, message));
    draft.bytes += message.bytes;
  });
  return drafts;
}

function isFor(draft: Draft | undefined, destination: string, group: string): boolean {
  return draft?.stored.group === group && draft.stored.destination === destination;
}

function nameOf(destination: string, group: string): string {
  return `${destination} ${group}`;
}

function isFull({ at: first, stored, bytes }: Draft, at: number): boolean {
  return stored.rows.length >= mostRows || bytes >= mostBytes || at - first >= widest;
}

/** Stores the drafts; answers the seq before the first. */
export function addHomes(unit: Unit, drafts: readonly Draft[], messages: readonly NewMessage[]): number {
  const first = unit.take(messages.length);
  for (const { at, stored, availableAt } of drafts) unit.addHome([first + at, 0], stored, availableAt);
  for (const { destination, bytes } of messages) {
    const count = unit.count(destination);
    count.pending += 1;
    count.bytes += bytes;
  }
  return first;
}

/** Takes out again what was added: nobody has seen it. */
export function removeHomes(
  unit: Unit,
  drafts: readonly Draft[],
  first: number,
  messages: readonly NewMessage[],
): void {
  for (const { at, stored, availableAt } of drafts) unit.removeHome([first + at, 0], stored, availableAt);
  for (const { destination, bytes } of messages) {
    const count = unit.count(destination);
    count.pending -= 1;
    count.bytes -= bytes;
  }
}

/** Those of them that are due. */
export function acceptedOf(drafts: readonly Draft[], first: number): Accepted[] {
  return drafts
    .filter(({ availableAt }) => availableAt === undefined)
    .map(({ at, stored }) => ({ seq: first + at, stored }));
}

/** Destinations that got something which is not due yet. */
export function lateDestinations(drafts: readonly Draft[]): Set<string> {
  return new Set(
    drafts.filter(({ availableAt }) => availableAt !== undefined).map(({ stored }) => stored.destination),
  );
}
