import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { numbered, setUp } from "./set-up.js";

const executablePath = "/usr/bin/chromium";
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

test("Chromium's own EventSource, on a page of another origin, hears and resumes", async (context) => {
  if (!existsSync(executablePath)) {
    console.info(`skipped: ${executablePath} is not there`);
    context.skip(`${executablePath} is not there`);
  }
  const { url, send, server } = await setUp();
  const pages = createServer((_request, response) =>
    response.setHeader("content-type", "text/html").end("<p>page"),
  );
  pages.listen(0, "127.0.0.1");
  await once(pages, "listening");
  const browser = await chromium.launch({ executablePath, args });
  onTestFinished(async () => {
    await browser.close();
    pages.closeAllConnections();
    pages.close();
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  await page.evaluate(`
    window.seen = [];
    window.source = new EventSource(${JSON.stringify(url)});
    source.addEventListener("tick", (event) => seen.push(JSON.parse(event.data).n));
    new Promise((resolve) => source.addEventListener("open", resolve, { once: true }));
  `);
  const seen = () => page.evaluate("seen") as Promise<number[]>;
  await send(...numbered(30));
  await expect.poll(async () => (await seen()).length, { timeout: 10_000 }).toBe(30);
  server.closeAllConnections();
  await send(...numbered(30, 30));
  await expect.poll(async () => (await seen()).length, { timeout: 15_000 }).toBe(60);
  expect(await seen()).toEqual(Array.from({ length: 60 }, (_, n) => n));
}, 60_000);
