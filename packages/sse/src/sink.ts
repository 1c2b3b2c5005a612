/** The way to one client. Nothing here throws. */
export interface Sink {
  /** Answers false where the next write should wait for the client to read. */
  write(bytes: Uint8Array): boolean;
  /** After all that was written. */
  end(): void;
  /** At once, whatever is unread. */
  cut(): void;
}
