import { DestError } from "@dest/core";
import { open, type RootDatabase } from "lmdb";
import { fileOf, sizeOf } from "./integrity.js";
import { format, readNumber } from "./meta.js";
import { environmentOptions, type Key, pageSize, type TableName, type Tables, tableNames } from "./tables.js";

/** In bytes, about. Each page that is touched stays in this process until the file is mapped anew. */
const mostTouched = 16 * 1024 * 1024;
/** Of a file of at most so many bytes all pages may stay. */
const smallFile = 32 * 1024 * 1024;
/** The leaves of the tables that a transaction changes, which the next one finds at other places of the file. */
const touchedByTransaction = 6 * pageSize;

/** The database of one directory, mapped into memory. */
export class Environment {
  readonly #path: string;
  readonly #file: number;
  #mapped: { readonly root: RootDatabase<Buffer, Key>; readonly tables: Tables };
  #touched = 0;

  constructor(path: string) {
    this.#path = path;
    const root = open<Buffer, Key>(environmentOptions(path));
    refuseOthers(root, path);
    this.#mapped = { root, tables: tablesOf(root) };
    this.#file = fileOf(path);
  }

  get root(): RootDatabase<Buffer, Key> {
    return this.#mapped.root;
  }

  get tables(): Tables {
    return this.#mapped.tables;
  }

  /** Told of every value that is read. */
  hasRead(bytes: number): void {
    this.#touched += bytes;
  }

  /** Told of every transaction that is written. */
  hasWritten(): void {
    this.#touched += touchedByTransaction;
  }

  get isWorn(): boolean {
    return this.#touched > mostTouched;
  }

  /**
   * Lets go of the pages that were touched. Nothing may be written or flushed meanwhile, and nobody gets to read: what is
   * waited for once the file is closed are promises that are settled already.
   */
  async mapAnew(): Promise<void> {
    this.#touched = 0;
    if (sizeOf(this.#path) <= smallFile) return;
    await this.root.flushed;
    await new Promise((resolve) => setImmediate(resolve));
    // Another file of that name would be another store.
    if (fileOf(this.#path) !== this.#file) return;
    await this.root.close();
    const root = open<Buffer, Key>(environmentOptions(this.#path));
    this.#mapped = { root, tables: tablesOf(root) };
  }
}

function tablesOf(root: RootDatabase<Buffer, Key>): Tables {
  const table = (name: TableName) => root.openDB<Buffer, Key[]>(name, { encoding: "binary" });
  return Object.fromEntries(tableNames.map((name) => [name, table(name)])) as unknown as Tables;
}

// Before anything is written: opening the tables would make them.
function refuseOthers(root: RootDatabase<Buffer, Key>, path: string): void {
  const { entryCount } = root.getStats() as { entryCount: number };
  if (entryCount === 0) return;
  const meta = root.openDB<Buffer, Key>("meta", { encoding: "binary", create: false } as object);
  const found = meta ? readNumber(meta, "format") : undefined;
  if (found !== undefined && found <= format) return;
  void root.close();
  const message =
    found === undefined
      ? `${path} holds a database of another program: give the outbox a directory of its own`
      : `the store has format ${found}, this version of @dest/lmdb reads up to ${format}: install the version that wrote it, or a newer one`;
  throw new DestError("DEST_OUTBOX_FORMAT", message);
}
