/** Responses that never end, never begin, unpack to too much, break off or are not HTTP. Each is refused within limits. */
import { once } from "node:events";
import { createServer as createTcpServer } from "node:net";
import { createGzip, gzipSync } from "node:zlib";
import type { RequestListener, ServerResponse } from "node:http";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { createGuardedFetch, type GuardedFetchOptions } from "../../../src/platform/fetch/guarded-fetch.js";
import { listen, startPeer, stopNetwork } from "./network.js";

const opened: { close: () => Promise<void> }[] = [];
const KIBIBYTE = 1_024;
/** A time limit that a busy machine does not reach, for tests that do not expect it. */
const PATIENT = { timeoutMs: 50_000 };
/** A short time limit, for tests that wait for it. */
const IMPATIENT = { timeoutMs: 300 };
/** Shorter than ten seconds, which is the limit for opening a connection. */
const BEFORE_CONNECTING_ENDS_MILLISECONDS = 8_000;
/** Jest's time limit for a test that waits for the end of the other limit. */
const FAR_BEYOND_MILLISECONDS = 15_000;

function guard(options: Partial<GuardedFetchOptions> = {}) {
  const guarded = createGuardedFetch({ allowedPrivateHosts: ["127.0.0.1"], ...options });
  opened.push(guarded);
  return guarded;
}

async function serve(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${(await startPeer(answer)).port}/`;
}

/** After the client's first data, the server writes these bytes and ends the connection. With null, it resets the connection. */
async function serveBytes(bytes: string | null): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => (bytes === null ? socket.resetAndDestroy() : socket.end(bytes)));
  });
  return `http://127.0.0.1:${(await listen(server)).port}/`;
}

function promised<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}

/** Writes chunks until the client closes the connection, and returns the number of bytes. */
async function pour(response: ServerResponse, chunk: Buffer): Promise<number> {
  let sent = 0;
  while (!response.destroyed) {
    sent += chunk.length;
    if (response.write(chunk)) continue;
    const waited = new AbortController();
    const { signal } = waited;
    await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]);
    waited.abort();
  }
  return sent;
}

afterEach(stopNetwork);
afterAll(() => Promise.all(opened.map((each) => each.close())));

describe("a response that is too large", () => {
  test("and never ends is refused, and its connection ended", async () => {
    const poured = promised<number>();
    const url = await serve((_, response) => void pour(response, Buffer.alloc(16 * KIBIBYTE)).then(poured.resolve));
    await expect(guard().fetch(url, { ...PATIENT, maximumBytes: 64 * KIBIBYTE })).rejects.toMatchObject({
      code: "TOO_LARGE",
      message: "127.0.0.1 sent an answer of more than 65536 bytes.",
    });
    expect(await poured.promise).toBeGreaterThan(64 * KIBIBYTE);
  });

  test("once unpacked is refused, even if it was sent small", async () => {
    const bomb = gzipSync(Buffer.alloc(8 * KIBIBYTE * KIBIBYTE));
    expect(bomb.length).toBeLessThan(16 * KIBIBYTE);
    const url = await serve((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
    await expect(guard().fetch(url, PATIENT)).rejects.toMatchObject({ code: "TOO_LARGE" });
  });

  test(
    "in layers of compression is refused unread, and its connection ended",
    async () => {
      const poured = promised<number>();
      const layers = gzipSync(gzipSync(Buffer.alloc(KIBIBYTE)));
      const url = await serve((_, response) => {
        response.writeHead(200, { "content-encoding": "gzip, gzip" });
        void pour(response, layers).then(poured.resolve);
      });
      await expect(guard().fetch(url, PATIENT)).rejects.toMatchObject({
        code: "TOO_LARGE",
        message: "127.0.0.1 sent an answer that is compressed more than once.",
      });
      expect(await poured.promise).toBeGreaterThan(0);
    },
    FAR_BEYOND_MILLISECONDS,
  );

  test("as sent is refused, although it unpacks to nothing", async () => {
    const nothing = Buffer.concat(Array.from({ length: 800 }, () => gzipSync(Buffer.alloc(0))));
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      void pour(response, nothing);
    });
    const guarded = guard({ maximumSentBytes: 256 * KIBIBYTE });
    await expect(guarded.fetch(url, { timeoutMs: 10_000 })).rejects.toMatchObject({ code: "TOO_LARGE" });
  });

  test("in its headers is refused", async () => {
    const url = await serveBytes(`HTTP/1.1 200 OK\r\n${`x-padding: ${"a".repeat(1_000)}\r\n`.repeat(100)}\r\n`);
    await expect(guard().fetch(url, PATIENT)).rejects.toMatchObject({ code: "TOO_LARGE" });
  });

  test("of exactly the limit is read", async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc(KIBIBYTE)));
    const response = await guard().fetch(url, { ...PATIENT, maximumBytes: KIBIBYTE });
    expect((await response.arrayBuffer()).byteLength).toBe(KIBIBYTE);
  });
});

describe("a response that takes too long", () => {
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
  ])(
    "%s is refused",
    async (_, answer) => {
      const closed = promised<unknown>();
      const url = await serve((request, response) => {
        response.on("close", () => closed.resolve(null));
        answer(request, response);
      });
      await expect(guard().fetch(url, IMPATIENT)).rejects.toMatchObject({
        code: "TIMEOUT",
        message: "127.0.0.1 did not answer in full within 0.3 s.",
      });
      await closed.promise;
    },
    FAR_BEYOND_MILLISECONDS,
  );

  test("because its headers arrive line by line is refused", async () => {
    const server = createTcpServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const drip = setInterval(() => socket.write("x-drip: 1\r\n"), 20);
      socket.on("error", () => {}).on("close", () => clearInterval(drip));
    });
    const { port } = await listen(server);
    await expect(guard().fetch(`http://127.0.0.1:${port}/`, IMPATIENT)).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  test(
    "because its name is not resolved is refused",
    async () => {
      const guarded = guard({ allowedPrivateHosts: [], lookup: () => new Promise(() => {}), timeoutMs: 100 });
      await expect(guarded.fetch("https://id.example.com/")).rejects.toMatchObject({
        code: "TIMEOUT",
        message: "id.example.com did not answer in full within 0.1 s.",
      });
    },
    BEFORE_CONNECTING_ENDS_MILLISECONDS,
  );
});

test(
  "closing ends a connection that is being opened, and its request",
  async () => {
    const asked = promised<unknown>();
    const guarded = guard({
      allowedPrivateHosts: [],
      lookup: () => {
        asked.resolve(null);
        return new Promise(() => {});
      },
    });
    const request = expect(guarded.fetch("https://id.example.com/")).rejects.toMatchObject({ code: "UNREACHABLE" });
    await asked.promise;
    await guarded.close();
    await request;
  },
  BEFORE_CONNECTING_ENDS_MILLISECONDS,
);

describe("a caller's signal", () => {
  test(
    "ends a request that is under way, with the caller's own reason",
    async () => {
      const closed = promised<unknown>();
      const caller = new AbortController();
      const reason = new Error("the caller left");
      const url = await serve((_, response) => {
        response.on("close", () => closed.resolve(null));
        response.write("begin");
        caller.abort(reason);
      });
      await expect(guard().fetch(url, { timeoutMs: 10_000, signal: caller.signal })).rejects.toBe(reason);
      await closed.promise;
    },
    FAR_BEYOND_MILLISECONDS,
  );

  test("that is aborted before prevents the request", async () => {
    const peer = await startPeer((_, response) => response.end());
    const reason = new Error("the caller left before");
    const failed = guard().fetch(`http://127.0.0.1:${peer.port}/`, { signal: AbortSignal.abort(reason) });
    await expect(failed).rejects.toBe(reason);
    expect(peer.connections()).toBe(0);
  });
});

describe("a server", () => {
  test.each<[string, string | null, string]>([
    ["resets", null, "127.0.0.1 closed the connection before its answer was complete."],
    ["says nothing", "", "127.0.0.1 closed the connection before its answer was complete."],
    [
      "breaks off",
      "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegin",
      "127.0.0.1 closed the connection before its answer was complete.",
    ],
    [
      "breaks off in the middle of a chunk",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nbegin",
      "127.0.0.1 closed the connection before its answer was complete.",
    ],
    [
      "speaks another protocol",
      "220 mail.example.com ESMTP\r\n",
      "127.0.0.1 answered with something that is not HTTP.",
    ],
    [
      "sends two lengths",
      "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
      "127.0.0.1 sent a response that is longer or shorter than it announced.",
    ],
    [
      "has a status of its own",
      "HTTP/1.1 999 No\r\ncontent-length: 0\r\n\r\n",
      "127.0.0.1 answered with 999, which is not a status of HTTP.",
    ],
    [
      "sends a broken compression",
      "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 7\r\n\r\nnotgzip",
      "127.0.0.1 sent an answer that cannot be decompressed.",
    ],
  ])("that %s is unreachable", async (_, bytes, message) => {
    const url = await serveBytes(bytes);
    await expect(guard().fetch(url, PATIENT)).rejects.toMatchObject({ code: "UNREACHABLE", message });
  });

  test("that does not listen is unreachable", async () => {
    const { port } = await startPeer(() => {});
    await stopNetwork();
    await expect(guard().fetch(`http://127.0.0.1:${port}/`, PATIENT)).rejects.toMatchObject({
      code: "UNREACHABLE",
      message: "127.0.0.1 refused the connection.",
    });
  });

  test.each([
    ["ENOTFOUND", "id.example.com has no address: the name is not known."],
    ["EAI_AGAIN", "id.example.com could not be resolved: the name server does not answer at the moment."],
  ])("whose name gives %s is not found", async (code, message) => {
    const lookup = () => Promise.reject(Object.assign(new Error("getaddrinfo"), { code }));
    await expect(guard({ lookup }).fetch("https://id.example.com/", PATIENT)).rejects.toMatchObject({
      code: "NAME_NOT_FOUND",
      message,
    });
  });

  test("whose name has no address is not found", async () => {
    await expect(guard({ lookup: async () => [] }).fetch("https://id.example.com/", PATIENT)).rejects.toMatchObject({
      code: "NAME_NOT_FOUND",
    });
  });

  test("on a port of another protocol is not requested", async () => {
    await expect(guard().fetch("http://127.0.0.1:25/", PATIENT)).rejects.toMatchObject({
      code: "ADDRESS_REFUSED",
      message: "The address http://127.0.0.1:25/ must not have a port that belongs to another protocol than HTTP.",
    });
  });
});

test("a response that unpacks slowly ends with its refusal", async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    const packer = createGzip();
    packer.pipe(response);
    packer.write("begin");
    packer.flush();
  });
  await expect(guard().fetch(url, IMPATIENT)).rejects.toMatchObject({ code: "TIMEOUT" });
});
