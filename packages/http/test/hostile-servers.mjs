// A process of its own, so that what it needs is not counted with the sender. Sends its ports to the one that forked it.
import { once } from "node:events";
import { createServer } from "node:net";

const chunk = Buffer.alloc(64 * 1024, "x");
const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** Writes as fast as it is read, until the other side has enough. */
function pour(socket, next) {
  const more = () => {
    while (!socket.destroyed && socket.write(next()));
  };
  socket.on("drain", more);
  more();
}

function drip(socket, text, everyMs, atEnd = () => undefined) {
  let at = 0;
  const timer = setInterval(() => {
    if (at < text.length) socket.write(text[at++]);
    else {
      clearInterval(timer);
      atEnd();
    }
  }, everyMs);
  socket.on("close", () => clearInterval(timer));
}

const status = (line, length) => `HTTP/1.1 ${line}\r\ncontent-length: ${length}\r\n\r\n`;
const chunked = (line) => `HTTP/1.1 ${line}\r\ntransfer-encoding: chunked\r\n\r\n`;
const chunkOfBody = Buffer.concat([Buffer.from("10000\r\n"), chunk, Buffer.from("\r\n")]);

/** Each is told when the whole request has arrived, or at once where it reads none. */
const servers = {
  "answers 1 GB": (socket) => {
    socket.write(status("200 OK", 2 ** 30));
    pour(socket, () => chunk);
  },
  "never ends its answer": (socket) => {
    socket.write(chunked("200 OK"));
    pour(socket, () => chunkOfBody);
  },
  "never ends its refusal": (socket) => {
    socket.write(chunked("404 Not Found"));
    pour(socket, () => chunkOfBody);
  },
  "answers byte by byte": (socket) => drip(socket, ok, 3),
  "drips for ever": (socket) => {
    socket.write(status("200 OK", 1_000_000));
    drip(socket, "x".repeat(100_000), 20);
  },
  "sends headers for ever": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    let count = 0;
    pour(socket, () => `x-header-${count++}: ${"v".repeat(1_000)}\r\n`);
  },
  "says a Content-Length that is too long": (socket) => socket.end(`${status("200 OK", 100)}short`),
  "says a Content-Length that is too short": (socket) => socket.write(`${status("200 OK", 2)}ok and more`),
  "says two Content-Lengths": (socket) =>
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok"),
  "closes in the middle of its answer": (socket) => socket.end(`${chunked("200 OK")}5\r\nhello\r\n`),
  "resets in the middle of its answer": (socket) =>
    socket.write(`${status("200 OK", 100)}hello`, () => socket.resetAndDestroy()),
  "resets at once": (socket) => socket.resetAndDestroy(),
  "closes without an answer": (socket) => socket.end(),
  "never answers": () => undefined,
  "speaks something else": (socket) => socket.end("220 mail.example ESMTP\r\n"),
  "speaks HTTP/1.0": (socket) => socket.end("HTTP/1.0 200 OK\r\n\r\nold"),
  "answers 103 first": (socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${ok}`),
  "answers 100 unasked": (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${ok}`),
  "answers 102 for ever": (socket) => drip(socket, Array(10_000).fill("HTTP/1.1 102 Processing\r\n\r\n"), 20),
  "switches to a WebSocket": (socket) =>
    socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"),
  "redirects for ever, with 1 GB each": (socket) => {
    socket.write(`HTTP/1.1 307 Again\r\nlocation: /\r\ncontent-length: ${2 ** 30}\r\n\r\n`);
    pour(socket, () => chunk);
  },
  "answers 204": (socket) => socket.write("HTTP/1.1 204 No Content\r\n\r\n"),
  "answers HEAD with a length": (socket) => socket.write(status("200 OK", 2 ** 30)),
  "takes a GET with a body": (socket) => socket.write(ok),
  "reads 50 MB slowly": (socket) => socket.write(ok),
  "refuses 50 MB before it has read them": (socket) => socket.write(status("413 Content Too Large", 0)),
  "repeats a secret": (socket) =>
    socket.end(`HTTP/1.1 500 Oh\r\nset-cookie: sid=PLANTED\r\ncontent-length: 0\r\n\r\n`),
};

const slowly = "reads 50 MB slowly";
const early = new Set(["resets at once", "refuses 50 MB before it has read them"]);

function serve(name, answer) {
  return createServer((socket) => {
    socket.on("error", () => undefined);
    let head = "";
    let missing;
    let isAnswered = false;
    const answerOnce = () => {
      if (!isAnswered) answer(socket);
      isAnswered = true;
    };
    if (early.has(name)) answerOnce();
    socket.on("data", (data) => {
      if (missing === undefined) {
        head += data.toString("latin1");
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        missing = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0) - (head.length - end - 4);
      } else missing -= data.length;
      if (missing <= 0) answerOnce();
      else if (name === slowly) {
        socket.pause();
        setTimeout(() => socket.resume(), 1);
      }
    });
  });
}

const ports = {};
for (const [name, answer] of Object.entries(servers)) {
  const server = serve(name, answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  ports[name] = server.address().port;
}
process.on("disconnect", () => process.exit());
process.send(ports);
