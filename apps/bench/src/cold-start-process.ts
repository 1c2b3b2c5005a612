// A program that sends one request, as the first thing it does. Says how many milliseconds that took.
const [way = "", origin = ""] = process.argv.slice(2);

const url = `${origin}/people`;
const data = { name: "Luke" };

const startedAt = performance.now();
if (way === "dest") {
  const [{ createDest }, { http }] = await Promise.all([import("@dest/core"), import("@dest/http")]);
  const dest = createDest({ destinations: { http: http() } });
  const delivered = new Promise((resolve) => dest.on("delivered", resolve));
  await dest.run(($) => $.send.http({ method: "POST", url, data }));
  await delivered;
  report();
  await dest.close();
} else {
  const { request } = await import("undici");
  const headers = { "content-type": "application/json" };
  const { body } = await request(url, { method: "POST", headers, body: JSON.stringify(data) });
  await body.text();
  report();
}
process.disconnect();

function report(): void {
  process.send?.(performance.now() - startedAt);
}

export {};
