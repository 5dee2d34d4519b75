/** The guarded fetch with correct servers: requests, responses, and trusted certificates. */
import tls from "node:tls";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { createGuardedFetch, type GuardedFetchOptions } from "../../../src/platform/fetch/guarded-fetch.js";
import { createAuthority, createSelfSigned, pastValidity } from "./certificates.js";
import { authority, routeToLoopback, startPeer, stopNetwork } from "./network.js";

const PUBLIC = "93.184.216.34";
const opened: { close: () => Promise<void> }[] = [];

function guard(options: Partial<GuardedFetchOptions> = {}) {
  const guarded = createGuardedFetch({
    allowedPrivateHosts: [],
    lookup: async () => [{ address: PUBLIC }],
    certificateAuthorities: [authority.cert],
    ...options,
  });
  opened.push(guarded);
  return guarded;
}

afterEach(stopNetwork);
afterAll(() => Promise.all(opened.map((each) => each.close())));

describe("a request", () => {
  /** Responds with the request as JSON. */
  const startEcho = () =>
    startPeer(
      (request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          const { method, url, headers } = request;
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
        });
      },
      authority.issue(["id.example.com"]),
    );

  test("reaches a public host over https with method, headers and body", async () => {
    const { port } = await startEcho();
    routeToLoopback([PUBLIC]);
    const response = await guard().fetch(`https://id.example.com:${port}/token?x=1#fragment`, {
      method: "POST",
      headers: { authorization: "Basic abc", host: "other.example.com" },
      body: new URLSearchParams({ grant_type: "authorization_code" }),
    });
    expect(response).toBeInstanceOf(Response);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject({
      method: "POST",
      url: "/token?x=1",
      headers: {
        host: `id.example.com:${port}`,
        authorization: "Basic abc",
        "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
        "content-length": "29",
        "user-agent": "Usher",
      },
      body: "grant_type=authorization_code",
    });
  });

  test.each<[string, string | Uint8Array<ArrayBuffer> | Blob]>([
    ["text", "héllo"],
    ["bytes", new TextEncoder().encode("héllo")],
    ["a Blob", new Blob(["héllo"])],
  ])("sends %s as its body", async (_, body) => {
    const { port } = await startEcho();
    routeToLoopback([PUBLIC]);
    const response = await guard().fetch(`https://id.example.com:${port}/`, { method: "POST", body });
    expect(await response.json()).toMatchObject({ body: "héllo" });
  });

  test("does not send the cookies of earlier responses", async () => {
    const peer = await startPeer(
      (request, response) => response.setHeader("set-cookie", ["a=1", "b=2"]).end(request.headers.cookie ?? "none"),
      authority.issue(["id.example.com"]),
    );
    routeToLoopback([PUBLIC]);
    const guarded = guard();
    const first = await guarded.fetch(`https://id.example.com:${peer.port}/`);
    expect(first.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    const second = await guarded.fetch(`https://id.example.com:${peer.port}/`, { credentials: "include" });
    expect(await second.text()).toBe("none");
  });
});

describe("a response", () => {
  test.each([
    ["gzip", gzipSync("content")],
    ["br", brotliCompressSync("content")],
  ])("in %s is unpacked, without the headers of its encoding", async (encoding, packed) => {
    const peer = await startPeer(
      (_, response) => response.writeHead(200, { "content-encoding": encoding, etag: '"1"' }).end(packed),
      authority.issue(["id.example.com"]),
    );
    routeToLoopback([PUBLIC]);
    const response = await guard().fetch(`https://id.example.com:${peer.port}/`);
    expect(Object.fromEntries(response.headers)).toMatchObject({ etag: '"1"' });
    expect(response.headers.has("content-encoding")).toBe(false);
    expect(response.headers.has("content-length")).toBe(false);
    expect(await response.text()).toBe("content");
  });

  test.each([200, 204, 304, 400, 404, 429, 500, 503])("with status %i is returned", async (status) => {
    const peer = await startPeer(
      (_, response) => response.writeHead(status).end(),
      authority.issue(["id.example.com"]),
    );
    routeToLoopback([PUBLIC]);
    const response = await guard().fetch(`https://id.example.com:${peer.port}/`);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe("");
  });

  test("to HEAD has no body", async () => {
    const peer = await startPeer(
      (_, response) => response.writeHead(200, { "content-length": "999999999" }).end(),
      authority.issue(["id.example.com"]),
    );
    routeToLoopback([PUBLIC]);
    const response = await guard().fetch(`https://id.example.com:${peer.port}/`, { method: "HEAD" });
    expect(await response.text()).toBe("");
  });

  test("leaves its connection to the next request", async () => {
    const peer = await startPeer((_, response) => response.end("x"), authority.issue(["id.example.com"]));
    const { connectedTo } = routeToLoopback([PUBLIC]);
    const guarded = guard();
    for (let count = 0; count < 5; count += 1) await guarded.fetch(`https://id.example.com:${peer.port}/`);
    expect(peer.requests()).toBe(5);
    // The connection becomes free only after the body is read, so a second one may be opened.
    expect(connectedTo.length).toBeLessThan(5);
  });
});

describe("a certificate", () => {
  const untrusted = createAuthority("Somebody");
  test.each([
    ["expired", authority.issue(["id.example.com"], pastValidity()), "has expired"],
    ["of another name", authority.issue(["other.example.com"]), "is for other names"],
    ["self-signed", createSelfSigned(["id.example.com"]), "is self-signed"],
    ["of an unknown authority", untrusted.issue(["id.example.com"]), "came without the intermediate certificates"],
  ])("that is %s is refused before anything is sent", async (_, certified, reason) => {
    const peer = await startPeer((_, response) => response.end("secret"), certified);
    routeToLoopback([PUBLIC]);
    const guarded = guard();
    // Two requests, because the TLS session of the first handshake must not skip the check in the second.
    for (const attempt of [1, 2])
      await expect(guarded.fetch(`https://id.example.com:${peer.port}/?${attempt}`)).rejects.toMatchObject({
        code: "CERTIFICATE_REFUSED",
        message: expect.stringContaining(`id.example.com has a certificate that ${reason}`),
      });
    expect(peer.requests()).toBe(0);
  });

  test("is checked for allowed private hosts too", async () => {
    const peer = await startPeer((_, response) => response.end("secret"), createSelfSigned(["localhost"]));
    const guarded = guard({ allowedPrivateHosts: ["localhost"], lookup: async () => [{ address: "127.0.0.1" }] });
    await expect(guarded.fetch(`https://localhost:${peer.port}/`)).rejects.toMatchObject({
      code: "CERTIFICATE_REFUSED",
    });
  });

  test("is required explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED and flags cannot turn the check off", async () => {
    const peer = await startPeer((_, response) => response.end("x"), authority.issue(["id.example.com"]));
    routeToLoopback([PUBLIC]);
    await guard().fetch(`https://id.example.com:${peer.port}/`);
    expect(tls.connect).toHaveBeenCalledTimes(1);
    expect(tls.connect).toHaveBeenCalledWith(
      expect.objectContaining({ rejectUnauthorized: true, minVersion: "TLSv1.2" }),
    );
  });

  test("is missing where a server does not use TLS", async () => {
    const peer = await startPeer((_, response) => response.end("plain"));
    routeToLoopback([PUBLIC]);
    await expect(guard().fetch(`https://id.example.com:${peer.port}/`)).rejects.toMatchObject({
      code: "UNREACHABLE",
      message: "id.example.com does not answer in TLS on this port.",
    });
  });
});

test("after close, nothing is requested", async () => {
  const peer = await startPeer((_, response) => response.end("x"), authority.issue(["id.example.com"]));
  routeToLoopback([PUBLIC]);
  const guarded = guard();
  await guarded.fetch(`https://id.example.com:${peer.port}/`);
  await guarded.close();
  await expect(guarded.fetch(`https://id.example.com:${peer.port}/`)).rejects.toMatchObject({
    code: "UNREACHABLE",
    message: "id.example.com was not requested, because this server is stopping.",
  });
  expect(peer.requests()).toBe(1);
});
