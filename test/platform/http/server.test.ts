/** The HTTP server over real connections: headers, errors, addresses behind proxies, cookies, health, and stopping. */
import { EventEmitter, once } from "node:events";
import { connect } from "node:net";
import { request as send, type IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import express from "express";
import { VERSION } from "../../../src/config/version.js";
import { defineFailure, Failure } from "../../../src/platform/errors/failure.js";
import { clientAddress, clientKey } from "../../../src/platform/http/client-address.js";
import { defineCookie, readCookie } from "../../../src/platform/http/cookies.js";
import { html, renderPage } from "../../../src/platform/http/pages.js";
import { describePath, requestIdOf } from "../../../src/platform/http/request-log.js";
import { createHttpServer, type HttpServerOptions } from "../../../src/platform/http/server.js";
import { createLogger } from "../../../src/platform/telemetry/logger.js";

const TEAPOT = defineFailure<{ lid: string }>({
  code: "TEAPOT",
  status: 418,
  message: "Short and stout: <b>.",
  remedy: "Tip me over.",
});

async function start(options: Partial<HttpServerOptions> = {}) {
  const lines: string[] = [];
  const session = defineCookie({
    publicUrl: options.publicUrl ?? "http://localhost:4000",
    name: "usher-session",
    maxAgeSeconds: 60,
  });
  const router = express.Router();
  const slow = { arrived: new EventEmitter(), release: () => undefined as void };
  router.get(
    "/who",
    (request, response) =>
      void response.json({
        address: clientAddress(request),
        key: clientKey(request),
        id: requestIdOf(request),
        query: request.query,
      }),
  );
  router.get("/teapot", () => {
    throw new Failure(TEAPOT, { lid: "on" });
  });
  router.get("/broken", async () => {
    throw new Error("connect mysql://usher:hunter2@db failed");
  });
  router.post("/json", express.json({ limit: 100 }), (request, response) => void response.json(request.body));
  router.get("/slow", (_request, response) => {
    slow.release = () => void response.json({ slow: true });
    slow.arrived.emit("request");
  });
  router.get("/stuck", () => void slow.arrived.emit("request"));
  router.get("/sign-in", (request, response) => {
    const before = session.read(request);
    session.write(response, "abc.DEF_123");
    response.json({ before });
  });
  router.get("/sign-out", (_request, response) => {
    session.clear(response);
    response.json({});
  });
  const server = createHttpServer({
    logger: createLogger({ level: "info", destination: { write: (line) => void lines.push(line) } }),
    trustedProxies: [],
    forwardedHeader: "x-forwarded-for",
    publicUrl: "http://localhost:4000",
    checkReady: async () => undefined,
    mounts: [{ path: "/", router }],
    ...options,
  });
  const port = await server.listen(0, "127.0.0.1");
  return {
    ...server,
    lines,
    slow,
    session,
    port,
    url: `http://127.0.0.1:${port}`,
    end: () => server.stop({ limitMilliseconds: 100 }),
  };
}

let server: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  server = await start();
});
afterAll(() => server.end());

/** The log line of a request, which is written shortly after the client has the response. */
async function findLine(lines: readonly string[], part: string): Promise<string> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    const line = lines.find((text) => text.includes(part));
    if (line !== undefined) {
      return line;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`Nothing was logged with ${part}.`);
}

describe("Headers", () => {
  test("are strict, and do not name the software", async () => {
    const { headers } = await fetch(`${server.url}/who`);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|script-src|\*/);
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-powered-by")).toBeNull();
    expect(headers.get("strict-transport-security")).toBeNull();
  });

  test("tell browsers to stay on https when the installation uses it", async () => {
    const secure = await start({ publicUrl: "https://usher.example" });
    expect((await fetch(`${secure.url}/who`)).headers.get("strict-transport-security")).toBe("max-age=31536000");
    await secure.end();
  });
});

describe("Errors", () => {
  test("a failure is JSON for programs and a page for browsers", async () => {
    const program = await fetch(`${server.url}/teapot`);
    expect(program.status).toBe(418);
    expect(await program.json()).toEqual({
      error: {
        code: "TEAPOT",
        message: "Short and stout: <b>.",
        remedy: "Tip me over.",
        details: { lid: "on" },
        reference: null,
      },
    });
    const browser = await fetch(`${server.url}/teapot`, { headers: { accept: "text/html" } });
    expect(browser.headers.get("content-type")).toContain("text/html");
    expect(await browser.text()).toContain("Short and stout: &lt;b&gt;.");
  });

  test("an unexpected error gets a reference, and its cause is only in the log", async () => {
    for (const accept of ["application/json", "text/html"]) {
      const response = await fetch(`${server.url}/broken`, { headers: { accept } });
      const text = await response.text();
      expect(response.status).toBe(500);
      expect(text).not.toMatch(/mysql|hunter2|\.ts|node_modules/);
      const reference = /\b[0-9A-HJKMNP-TV-Z]{10}\b/.exec(text)?.[0] ?? "";
      const line = await findLine(server.lines, reference);
      expect(line).toContain("mysql://usher:[redacted]@db failed");
      expect(line).not.toContain("hunter2");
    }
  });

  test("unknown paths, unreadable bodies and malformed paths are errors of the client", async () => {
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
    const lost = await (await fetch(`${server.url}/nowhere`, { headers: { accept: "text/html" } })).text();
    expect([lost.includes('<a href="/sign-in">'), /\b(id|key)\b/.test(lost)]).toEqual([true, false]);
    expect((await fetch(`${server.url}/favicon.ico`)).status).toBe(204);
    expect((await fetch(`${server.url}/%E0%A4%A`)).status).toBe(404);
    const post = (body: string) =>
      fetch(`${server.url}/json`, { method: "POST", headers: { "content-type": "application/json" }, body });
    const malformed = await post('{"password":"hunter2"');
    expect([malformed.status, await malformed.text()]).toEqual([400, expect.not.stringContaining("hunter2")]);
    expect((await post(JSON.stringify("x".repeat(200)))).status).toBe(413);
    const query = (await (await fetch(`${server.url}/who?a[b]=c&d=e`)).json()) as { query: object };
    expect(query.query).toEqual({ "a[b]": "c", d: "e" });
  });
});

describe("The request log", () => {
  test("has what is needed to find a request, and nothing that could be used again", async () => {
    const response = await fetch(`${server.url}/who?code=oauth-code-1&state=oauth-state-1`, {
      headers: { authorization: "Bearer key-1", cookie: "usher-session=session-1" },
    });
    const id = response.headers.get("x-request-id") ?? "";
    expect((await response.json()) as object).toMatchObject({ id });
    const line = JSON.parse(await findLine(server.lines, id)) as object;
    expect(line).toMatchObject({ requestId: id, method: "GET", path: "/who", status: 200, client: "127.0.0.1" });
    expect(JSON.stringify(server.lines)).not.toMatch(/oauth-code|oauth-state|key-1|session-1/);
  });

  test("leaves out queries, matrix parameters and long opaque segments of paths", () => {
    expect(describePath("/sso/0192e4a0-7a3c-7cc0-8a5e-0f6f2f1d9d11/callback?code=x")).toBe(
      "/sso/0192e4a0-7a3c-7cc0-8a5e-0f6f2f1d9d11/callback",
    );
    expect(describePath("/invitations/ui_4fQz0mZkq3T9yLh2bWc8Rr1NvXsPd7Ke/accept")).toBe("/invitations/…/accept");
    expect(describePath("/a;token=b#c")).toBe("/a");
  });

  test("takes a request's id from a trusted proxy only", async () => {
    const own = await fetch(`${server.url}/who`, { headers: { "x-request-id": "forged-id-0001" } });
    expect(own.headers.get("x-request-id")).not.toBe("forged-id-0001");
    const behind = await start({ trustedProxies: ["127.0.0.1"] });
    const id = async (value: string) =>
      (await fetch(`${behind.url}/who`, { headers: { "x-request-id": value } })).headers.get("x-request-id");
    expect(await id("proxy-id-0001")).toBe("proxy-id-0001");
    expect(await id('x" injected="y')).not.toContain("injected");
    await behind.end();
  });
});

describe("The client's address", () => {
  const identify = async (url: string, headers: Record<string, string>) =>
    (await (await fetch(`${url}/who`, { headers })).json()) as { address: string | null; key: string };
  const who = async (url: string, forwarded: string) => (await identify(url, { "x-forwarded-for": forwarded })).address;

  test("is the connection's when no proxy is trusted", async () => {
    expect(await who(server.url, "203.0.113.9")).toBe("127.0.0.1");
  });

  test("is the last untrusted one when a proxy is trusted", async () => {
    const behind = await start({ trustedProxies: ["127.0.0.0/8", "10.0.0.7"] });
    expect(await who(behind.url, "203.0.113.9")).toBe("203.0.113.9");
    expect(await who(behind.url, "198.51.100.1, 203.0.113.9, 10.0.0.7")).toBe("203.0.113.9");
    expect(await who(behind.url, "::ffff:203.0.113.9")).toBe("203.0.113.9");
    await behind.end();
  });

  test.each<[string, string | null]>([
    ["203.0.113.5", "203.0.113.5"],
    ["203.0.113.5:49152", "203.0.113.5"],
    ["2001:db8::7", "2001:db8::7"],
    ["[2001:db8::7]", "2001:db8::7"],
    ["[2001:db8::7]:49152", "2001:db8::7"],
    ["[::ffff:203.0.113.5]:49152", "203.0.113.5"],
    ['"203.0.113.5:49152"', "203.0.113.5"],
    ['"[2001:DB8::7]:49152"', "2001:db8::7"],
    ["198.51.100.9:1, 127.0.0.1:80", "198.51.100.9"],
    ["198.51.100.9, [::ffff:127.0.0.1]:80, , 127.0.0.1", "198.51.100.9"],
    ["127.0.0.1:80", "127.0.0.1"],
    ["0203.0.0113.9", null],
    ["203.0.113.0x5", null],
    ["3405803781", null],
    ["203.0.113", null],
    ["203.0.113.5:", null],
    ["203.0.113.5:99999", null],
    ["203.0.113.5:_hidden", null],
    ["203.0.113.5 198.51.100.9", null],
    ["[203.0.113.5]", null],
    ["[2001:db8::7", null],
    ["2001:db8::7]:80", null],
    ["fe80::1%eth0", null],
    ['"203.0.113.5', null],
    ["198.51.100.9, unknown, 127.0.0.1", null],
    ["x".repeat(5_000), null],
  ])("X-Forwarded-For is read strictly: %s", async (forwarded, address) => {
    const behind = await start({ trustedProxies: ["127.0.0.1"] });
    expect(await who(behind.url, forwarded)).toBe(address);
    await behind.end();
  });

  test.each<[string, string | null]>([
    ["for=203.0.113.5", "203.0.113.5"],
    ["For=203.0.113.5;proto=https;by=10.0.0.1", "203.0.113.5"],
    ['proto=https;for="203.0.113.5:49152"', "203.0.113.5"],
    ['for="203.0.113.5:_port"', "203.0.113.5"],
    ['for="[2001:db8::7]:49152"', "2001:db8::7"],
    ['for="[2001:db8::7]"', "2001:db8::7"],
    ['for=198.51.100.1, for=203.0.113.5, for="127.0.0.1:80"', "203.0.113.5"],
    // A client cannot open a quote that the proxy's text closes. It also cannot write an element into another parameter.
    ['for="198.51.100.1, for=203.0.113.5', "203.0.113.5"],
    ['for="198.51.100.1, for="[2001:db8::7]:80"', "2001:db8::7"],
    ['for=203.0.113.5;host="x, for=198.51.100.1"', "203.0.113.5"],
    ['for=203.0.113.5;host="\\", for=198.51.100.1"', "203.0.113.5"],
    ["for=unknown", null],
    ["for=_hidden", null],
    ["for=2001:db8::7", null],
    ['for="2001:db8::7"', null],
    ["for=0203.0.0113.9", null],
    ["for=203.0.113.5;for=198.51.100.1", null],
    ["proto=https", null],
    ["203.0.113.5", null],
    ['for="203.0.113.5', null],
    [", ".repeat(2_000) + "x".repeat(2_000), null],
  ])("Forwarded is read strictly when the operator has chosen it: %s", async (forwarded, address) => {
    const behind = await start({ trustedProxies: ["127.0.0.1"], forwardedHeader: "forwarded" });
    expect((await identify(behind.url, { forwarded, "x-forwarded-for": "192.0.2.99" })).address).toBe(address);
    await behind.end();
  });

  test("only one of the two headers counts", async () => {
    const behind = await start({ trustedProxies: ["127.0.0.1"] });
    expect((await identify(behind.url, { forwarded: "for=203.0.113.5" })).address).toBe("127.0.0.1");
    await behind.end();
    const other = await start({ trustedProxies: ["127.0.0.1"], forwardedHeader: "forwarded" });
    expect(await who(other.url, "203.0.113.5")).toBe("127.0.0.1");
    await other.end();
  });

  test("that cannot be read is limited by its text, not together with all others", async () => {
    const behind = await start({ trustedProxies: ["127.0.0.1"] });
    const key = async (forwarded: string) => (await identify(behind.url, { "x-forwarded-for": forwarded })).key;
    expect(await key("203.0.113.5:49152")).toBe("203.0.113.5");
    expect(await key("198.51.100.9, client-a")).toBe("client-a");
    expect(await key("198.51.100.9, client-b")).toBe("client-b");
    expect(await key("x".repeat(5_000))).toBe("x".repeat(100));
    await behind.end();
  });

  test("a proxy that is neither an address nor a network is refused by name", async () => {
    await expect(start({ trustedProxies: ["proxy.internal"] })).rejects.toThrow("proxy.internal");
  });
});

describe("Cookies", () => {
  test("are out of reach of scripts, and bound to the host over https", async () => {
    const secure = await start({ publicUrl: "https://usher.example" });
    expect((await fetch(`${secure.url}/sign-in`)).headers.getSetCookie()).toEqual([
      "__Host-usher-session=abc.DEF_123; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60",
    ]);
    expect((await fetch(`${secure.url}/sign-out`)).headers.getSetCookie()).toEqual([
      "__Host-usher-session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0",
    ]);
    await secure.end();
    const plain = await fetch(`${server.url}/sign-in`, { headers: { cookie: "other=1; usher-session=abc" } });
    expect(plain.headers.getSetCookie()).toEqual([
      "usher-session=abc.DEF_123; Path=/; HttpOnly; SameSite=Lax; Max-Age=60",
    ]);
    expect(await plain.json()).toEqual({ before: "abc" });
  });

  test("are not trusted when there are two of them, or under another spelling", () => {
    expect(readCookie("a=1; __Host-s=x; b=2", "__Host-s")).toBe("x");
    for (const header of [
      undefined,
      "",
      "__Host-s",
      "__Host-s=",
      "__Host-s=x; __Host-s=y",
      "__Host-s=x;__Host-s=x",
      "__host-s=x",
      "__Host-s=x y",
      '__Host-s="x"',
      "__Host-s=x\u00e9",
      "s=x",
      " __Host-sx=y",
    ]) {
      expect(readCookie(header, "__Host-s")).toBeNull();
    }
  });

  test("cannot contain another header or attribute", () => {
    const response = { append: () => undefined } as never;
    for (const value of ["", "a;Domain=evil", "a\r\nSet-Cookie: b=c", "a b", "é"]) {
      expect(() => server.session.write(response, value)).toThrow("cannot hold");
    }
    expect(() => defineCookie({ publicUrl: "https://x", name: "a;b" })).toThrow("cannot be named");
  });
});

describe("Pages", () => {
  test("escape what stands in text and attributes, also in lists", () => {
    const hostile = `<script>alert("1")</script>'&\``;
    expect(html`<p title="${hostile}">${[hostile, html`<b>${1}</b>`, null, false, undefined]}</p>`.text).toBe(
      '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;&#96;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;&#96;<b>1</b></p>',
    );
    expect(() => html`${{ text: "<i>" } as never}`).toThrow("cannot stand in a page");
  });

  test("have a language, a heading, a style sheet of ours, and neither inline style nor script", async () => {
    const page = renderPage({ title: "Sign in <now>", body: html`<p>Hello</p>` });
    expect(page).toMatch(/^<!doctype html>\s*<html lang="en">/);
    expect(page).toContain('name="viewport"');
    expect(page).toContain("<h1>Sign in &lt;now&gt;</h1>");
    expect(page).not.toMatch(/<script|<style|style=|https?:/);
    const sheet = await fetch(`${server.url}${/href="([^"]+)"/.exec(page)?.[1]}`);
    expect(sheet.headers.get("content-type")).toContain("text/css");
    const text = await sheet.text();
    for (const part of ["prefers-color-scheme: dark", ":focus-visible", "prefers-reduced-motion"]) {
      expect(text).toContain(part);
    }
  });
});

describe("Health", () => {
  test("alive is not ready, which depends on the database and its migrations", async () => {
    const problem: { error: Error | null } = { error: new Error("no such table") };
    const sick = await start({
      checkReady: async () => (problem.error === null ? undefined : Promise.reject(problem.error)),
    });
    const ask = async (path: string) => {
      const response = await fetch(sick.url + path);
      return [response.status, await response.json()];
    };
    expect(await ask("/healthz")).toEqual([200, { status: "alive" }]);
    expect(await ask("/readyz")).toEqual([503, { status: "not ready", version: VERSION }]);
    problem.error = null;
    expect(await ask("/readyz")).toEqual([200, { status: "ready", version: VERSION }]);
    const stopped = sick.stop({ limitMilliseconds: 5_000, drainMilliseconds: 2_000 });
    expect(await ask("/readyz")).toEqual([503, { status: "stopping", version: VERSION }]);
    expect(await stopped).toBe(true);
  });
});

describe("Stopping", () => {
  const get = (url: string) =>
    new Promise<{ headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
      send(url, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve({ headers: response.headers, body }));
        response.on("error", reject);
      })
        .on("error", reject)
        .end();
    });

  test("finishes requests under way, closes idle connections, and refuses new ones", async () => {
    const one = await start();
    const idle = connect(one.port, "127.0.0.1");
    const idleClosed = new Promise<void>((resolve) => idle.once("close", () => resolve()));
    const answered = once(idle, "data");
    idle.write("GET /who HTTP/1.1\r\nHost: x\r\n\r\n");
    await answered;
    idle.resume();
    const arrived = once(one.slow.arrived, "request");
    const slow = get(`${one.url}/slow`);
    await arrived;
    const stopped = one.stop({ limitMilliseconds: 20_000 });
    await idleClosed;
    await expect(fetch(`${one.url}/who`)).rejects.toThrow();
    one.slow.release();
    expect((await slow).body).toBe('{"slow":true}');
    expect(await stopped).toBe(true);
  });

  test("ends requests that do not finish in time", async () => {
    const two = await start();
    const arrived = once(two.slow.arrived, "request");
    const stuck = get(`${two.url}/stuck`).catch((error: unknown) => error);
    await arrived;
    expect(await two.stop({ limitMilliseconds: 50 })).toBe(false);
    expect(await stuck).toMatchObject({ code: "ECONNRESET" });
    expect(await two.stop({ limitMilliseconds: 50 })).toBe(true);
  });
});
