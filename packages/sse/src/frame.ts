/** One event in the format of the HTML standard, 9.2.6; its id and channel hold no line break and its data is JSON. */
export function frame(id: string, channel: string, data: string): Buffer {
  return Buffer.from(`id: ${id}\nevent: ${channel}\ndata: ${data}\n\n`);
}

/** Clients pass over it. */
function comment(text: string): Buffer {
  return Buffer.from(`:${text}\n\n`);
}

export const keepAliveComment = comment("keepalive");

export const gapComment = comment(
  "gap: not all events after the Last-Event-ID are kept; what follows is the whole history",
);

/** To whoever comes while the destination is closed. An error status would stop browsers from ever coming again. */
export const comeBack = Buffer.from("retry: 3000\n\n");
