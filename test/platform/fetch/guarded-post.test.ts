/** `post` follows the rules of the guarded fetch, and reads only the start of a response. */
import type { RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import {
  createGuardedFetch,
  AbortGroup,
  type GuardedFetch,
  type GuardedFetchOptions,
} from "../../../src/platform/fetch/guarded-fetch.js";
import { HOSTILE_ANSWERS, HOSTILE_HOSTS } from "./addresses.js";
import { authority, listen, routeToLoopback, startPeer, stopNetwork } from "./network.js";

const PUBLIC = "93.184.216.34";
const MESSAGE = { headers: ["webhook-id", "1"], body: Buffer.from("{}"), timeoutMs: 50_000, maximumBytes: 1_000 };
const IMPATIENT = { ...MESSAGE, timeoutMs: 300 };
const opened: GuardedFetch[] = [];

function guard(options: Partial<GuardedFetchOptions> = {}): GuardedFetch["post"] {
  const guarded = createGuardedFetch({
    allowedPrivateHosts: [],
    certificateAuthorities: [authority.cert],
    ...options,
  });
  opened.push(guarded);
  return guarded.post;
}
const inside = () => guard({ allowedPrivateHosts: ["127.0.0.1"] });
/** A resolver that returns these addresses in order, then repeats the last one. */
function answering(...answers: readonly string[]) {
  let asked = 0;
  return async () => [{ address: answers[Math.min(asked++, answers.length - 1)] ?? "" }];
}
const serve = async (answer: RequestListener) => `http://127.0.0.1:${(await startPeer(answer)).port}/`;

afterEach(stopNetwork);
afterAll(() => Promise.all(opened.map((each) => each.close())));

describe("an address", () => {
  const post = guard({ lookup: answering(PUBLIC) });
  test.each([
    ...HOSTILE_HOSTS.map(([host]) => [`https://${host}/`, "ADDRESS_REFUSED"]),
    ["http://id.example.com/", "SCHEME_REFUSED"],
    ["file:///etc/passwd", "SCHEME_REFUSED"],
    ["https://user:secret@id.example.com/", "CREDENTIALS_REFUSED"],
    ["/relative", "ADDRESS_REFUSED"],
  ])("%s is not posted to, however often (%s)", async (url, code) => {
    const { connectedTo } = routeToLoopback([]);
    for (let time = 0; time < 2; time += 1)
      await expect(post(url, MESSAGE)).rejects.toMatchObject({ name: "FetchRefusal", code });
    expect(connectedTo).toEqual([]);
  });

  test.each(HOSTILE_ANSWERS)("whose name resolves to %s is not posted to", async (address) => {
    const { connectedTo } = routeToLoopback([]);
    const failed = guard({ lookup: answering(address) })("https://hooks.example.com/", MESSAGE);
    await expect(failed).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
    expect(connectedTo).toEqual([]);
  });

  test("is checked for each connection, which goes to the checked address", async () => {
    const peer = await startPeer(
      (request, response) => {
        // The second message uses the same connection, and then the server closes it.
        if (request.url === "/last") response.setHeader("connection", "close");
        response.end("public");
      },
      authority.issue(["hooks.example.com"]),
    );
    const { connectedTo } = routeToLoopback([PUBLIC]);
    const post = guard({ lookup: answering(PUBLIC, "127.0.0.1") });
    for (const path of ["first", "last"])
      expect(await post(`https://hooks.example.com:${peer.port}/${path}`, MESSAGE)).toEqual({
        status: 200,
        text: "public",
        retryAfter: null,
      });
    expect([peer.connections(), connectedTo]).toEqual([1, [PUBLIC]]);
    await expect(post(`https://hooks.example.com:${peer.port}/third`, MESSAGE)).rejects.toMatchObject({
      code: "ADDRESS_REFUSED",
    });
    expect([peer.requests(), connectedTo]).toEqual([2, [PUBLIC]]);
  });
});

describe("a response", () => {
  test.each([301, 302, 303, 307, 308])("with redirect status %i is not followed", async (status) => {
    const target = await startPeer((_, response) => response.end("secret"));
    const location = `http://127.0.0.1:${target.port}/latest?token=1`;
    const url = await serve((_, response) => response.writeHead(status, { location }).end());
    await expect(inside()(url, MESSAGE)).rejects.toMatchObject({
      code: "REDIRECT_REFUSED",
      message: expect.stringContaining(`a redirect to http://127.0.0.1:${target.port}/latest (status ${status})`),
    });
    expect(target.connections()).toBe(0);
  });

  test("is read up to its limit, and its connection ended", async () => {
    const closed = new Promise<void>((settle) => {
      void serve((_, response) => {
        response.on("close", settle).writeHead(500);
        const pour = () => {
          while (!response.destroyed && response.write("0123456789".repeat(1_000)));
          response.once("drain", pour);
        };
        pour();
      }).then(async (url) =>
        expect(await inside()(url, { ...MESSAGE, maximumBytes: 15 })).toEqual({
          status: 500,
          text: "012345678901234",
          retryAfter: null,
        }),
      );
    });
    await closed;
  });

  test("that is compressed is not unpacked, and its retry-after is returned", async () => {
    const url = await serve((request, response) => {
      expect(request.headers["accept-encoding"]).toBeUndefined();
      const headers = { "content-encoding": "gzip", "retry-after": "7" };
      response.writeHead(503, headers).end(gzipSync(Buffer.alloc(500_000)));
    });
    expect(await inside()(url, MESSAGE)).toEqual({
      status: 503,
      text: "(compressed, although the request accepts no compression)",
      retryAfter: "7",
    });
  });

  test.each<[string, RequestListener]>([
    ["to begin", () => {}],
    ["to end", (_, response) => response.write("begin")],
    [
      "because it comes byte by byte",
      (_, response) => {
        const drip = setInterval(() => response.write("."), 20);
        response.on("close", () => clearInterval(drip));
      },
    ],
    [
      "because interim answers come first, without end",
      (_, response) => {
        const drip = setInterval(() => response.writeProcessing(), 20);
        response.on("close", () => clearInterval(drip));
      },
    ],
  ])("that takes too long %s fails, and its connection is ended", async (_name, answer) => {
    let settle = () => {};
    const closed = new Promise<void>((resolve) => (settle = resolve));
    const url = await serve((request, response) => {
      response.on("close", settle);
      answer(request, response);
    });
    await expect(inside()(url, IMPATIENT)).rejects.toMatchObject({
      code: "TIMEOUT",
      message: "127.0.0.1 did not answer in full within 0.3 s.",
    });
    await closed;
  });

  test("fails in time when the name is not resolved", async () => {
    const post = guard({ lookup: () => new Promise(() => {}) });
    await expect(post("https://hooks.example.com/", IMPATIENT)).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  test.each<[string, string | null]>([
    ["is broken off", null],
    ["is not HTTP", "220 mail.example.com ESMTP\r\n"],
    ["has no status that HTTP knows", "HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n"],
    ["is shorter than announced", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort"],
  ])("that %s is a refusal, and the next message is posted", async (_name, bytes) => {
    let count = 0;
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        count += 1;
        if (count > 1) socket.end("HTTP/1.1 204 No Content\r\n\r\n");
        else if (bytes === null) socket.resetAndDestroy();
        else socket.end(bytes);
      });
    });
    const url = `http://127.0.0.1:${(await listen(server)).port}/`;
    const post = inside();
    await expect(post(url, MESSAGE)).rejects.toMatchObject({ name: "FetchRefusal", code: "UNREACHABLE" });
    expect(await post(url, MESSAGE)).toEqual({ status: 204, text: "", retryAfter: null });
  });

  test("that does not come does not delay other messages to the same server", async () => {
    const url = await serve((request, response) => {
      if (request.url !== "/hang") response.end("quick");
    });
    const post = inside();
    const abortGroup = new AbortGroup();
    const hanging = Array.from({ length: 100 }, () => post(`${url}hang`, MESSAGE, abortGroup).catch(() => "ended"));
    expect(await post(`${url}quick`, MESSAGE)).toMatchObject({ text: "quick" });
    abortGroup.abort(new Error("enough"));
    expect(new Set(await Promise.all(hanging))).toEqual(new Set(["ended"]));
  });
});

describe("an abort group", () => {
  test("aborts messages in flight with its own reason, and later ones too", async () => {
    const peer = await startPeer((_, response) => response.write("begin"));
    const url = `http://127.0.0.1:${peer.port}/`;
    const abortGroup = new AbortGroup();
    const post = inside();
    const underWay = post(url, MESSAGE, abortGroup);
    const reason = new Error("Usher is stopping.");
    setTimeout(() => abortGroup.abort(reason), 50);
    await expect(underWay).rejects.toBe(reason);
    const requests = peer.requests();
    await expect(post(url, MESSAGE, abortGroup)).rejects.toBe(reason);
    expect(peer.requests()).toBe(requests);
  });
});
