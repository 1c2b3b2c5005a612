/**
 * Cuts a stream into parts of exactly `size` bytes, the last one shorter. Holds one part at a time. An empty stream is
 * one empty part.
 */
export async function* parts(stream: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  let cut = 0;
  for await (let chunk of stream) {
    while (bytes + chunk.length > size) {
      const room = size - bytes;
      yield Buffer.concat([...held, chunk.subarray(0, room)], size);
      cut++;
      chunk = chunk.subarray(room);
      held = [];
      bytes = 0;
    }
    held.push(chunk);
    bytes += chunk.length;
  }
  if (bytes > 0 || cut === 0) yield Buffer.concat(held, bytes);
}
