/** The test browser keeps cookies and submits forms like a real browser, so that tests with it are meaningful. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";

const PAGE = `<a href="/seen?a=1&amp;b=2">Next <b>page</b></a><form action="/posted" method=post title="a > b">
  <input type=hidden name="token" value="&quot;x&quot; &#38; y"><input type="checkbox" name="on" checked>
  <input type="checkbox" name="off"><textarea name="note">
two &lt; three</textarea><select name="kind"><option value="1">One<option value="2" selected>Two</select>
  <button name="go" value="now">Go</button></form>`;

let server: Server;
/** The same server under two names, which are two sites for a browser. */
let here: string;
let elsewhere: string;

/** Responds with the request, so that a test sees what the browser sent. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const path = new URL(request.url ?? "/", here).pathname;
  if (path === "/page") return void response.end(PAGE);
  if (path === "/set") {
    response.setHeader("set-cookie", [
      "lax=1; Path=/; HttpOnly; SameSite=Lax",
      "strict=1; Path=/; SameSite=Strict",
      "none=1; Path=/; Secure; SameSite=None",
      "deep=1; Path=/deep",
      "__Host-good=1; Path=/; Secure",
      "__Host-bad=1; Path=/deep; Secure",
      "foreign=1; Domain=other.example",
      "insecure-none=1; SameSite=None",
    ]);
  }
  if (path === "/unset") response.setHeader("set-cookie", "lax=; Path=/; Max-Age=0");
  if (path === "/away") return void response.writeHead(303, { location: `${elsewhere}/seen` }).end();
  if (path === "/round") return void response.writeHead(307, { location: "/round" }).end();
  const { headers, method, url } = request;
  response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString("utf8") }));
}

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string | undefined>;
  readonly body: string;
}

const read = ({ text }: { text: string }) => JSON.parse(text) as Seen;
const cookieNames = (page: { text: string }) =>
  (read(page).headers["cookie"] ?? "")
    .split("; ")
    .map((cookie) => cookie.split("=")[0] ?? "")
    .toSorted((left, right) => (left < right ? -1 : 1));

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  here = `http://127.0.0.1:${port}`;
  elsewhere = `http://localhost:${port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("cookies go back to their own host and path only, and end when the server expires them", async () => {
  const browser = createBrowser();
  await browser.get(`${here}/set`);
  expect(cookieNames(await browser.get(`${here}/seen`))).toEqual(["__Host-good", "lax", "none", "strict"]);
  expect(cookieNames(await browser.get(`${here}/deep/er`))).toContain("deep");
  expect(cookieNames(await browser.get(`${here}/deeper`))).not.toContain("deep");
  expect(cookieNames(await browser.get(`${elsewhere}/seen`))).toEqual([""]);
  await browser.get(`${here}/unset`);
  expect(browser.cookiesFor(here).map(({ name }) => name)).not.toContain("lax");
});

test("another site's form comes without Lax and Strict cookies and says whose it is", async () => {
  const browser = createBrowser();
  await browser.get(`${here}/set`);
  await browser.get(`${elsewhere}/page`);
  const posted = await browser.post(`${here}/seen`, { a: "1" });
  expect(cookieNames(posted)).toEqual(["none"]);
  expect(read(posted).headers).toMatchObject({ origin: elsewhere, "sec-fetch-site": "cross-site" });
  const opened = await browser.get(`${here}/seen`, { from: elsewhere });
  expect(cookieNames(opened)).toEqual(["__Host-good", "lax", "none"]);
  const own = await browser.post(`${here}/seen`, { a: "1" });
  expect(cookieNames(own)).toContain("strict");
  expect(read(own).headers).toMatchObject({ origin: here, "sec-fetch-site": "same-origin" });
});

test("forms are sent with what they hold, links followed with what they say", async () => {
  const browser = createBrowser();
  await browser.get(`${here}/page`);
  const posted = read(await browser.submitForm("/posted", { go: "now", note: "x" }));
  expect([posted.method, posted.url]).toEqual(["POST", "/posted"]);
  expect(Object.fromEntries(new URLSearchParams(posted.body))).toEqual({
    token: '"x" & y',
    on: "on",
    note: "x",
    kind: "2",
    go: "now",
  });
  await browser.get(`${here}/page`);
  expect(browser.page.forms[0]?.fields["note"]).toBe("two < three");
  expect(read(await browser.followLink("Next page")).url).toBe("/seen?a=1&b=2");
  await expect(browser.submitForm("missing")).rejects.toThrow("0 of 0 match");
});

test("redirects are followed across hosts as GET, shown when asked, and end somewhere", async () => {
  const browser = createBrowser();
  const page = await browser.post(`${here}/away`, { a: "1" });
  expect(page.visited).toEqual([`${here}/away`, `${elsewhere}/seen`]);
  expect(read(page)).toMatchObject({ method: "GET", body: "" });
  const shown = await browser.get(`${here}/away`, { follow: false });
  expect([shown.status, shown.headers.location]).toEqual([303, `${elsewhere}/seen`]);
  await expect(browser.get(`${here}/round`)).rejects.toThrow("Too many redirects");
});

test("a request of a script keeps the page open", async () => {
  const browser = createBrowser();
  await browser.get(`${here}/set`);
  const body = { type: "application/json", text: "{}" };
  const sent = await browser.send("POST", `${here}/seen`, body, { headers: { "x-more": "1" } });
  expect(read(sent)).toMatchObject({ body: "{}", headers: { "x-more": "1", "sec-fetch-mode": "cors" } });
  expect(browser.page.url).toBe(`${here}/set`);
});
