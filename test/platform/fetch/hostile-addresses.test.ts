/** Requests to private addresses: by notation, by name, by a name that changes (DNS rebinding), or by redirect. */
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import type { Socket } from "node:net";
import { createIsAllowed } from "../../../src/platform/fetch/allowed-hosts.js";
import { createGuardedConnector, type Lookup } from "../../../src/platform/fetch/guarded-connect.js";
import { createGuardedFetch, type GuardedFetch } from "../../../src/platform/fetch/guarded-fetch.js";
import { HOSTILE_ANSWERS, HOSTILE_HOSTS } from "./addresses.js";
import { authority, routeToLoopback, startPeer, stopNetwork } from "./network.js";

const PUBLIC = "93.184.216.34";
const opened: GuardedFetch[] = [];

function guard(lookup: Lookup, allowedPrivateHosts: readonly string[] = []): GuardedFetch {
  const guarded = createGuardedFetch({ allowedPrivateHosts, lookup, certificateAuthorities: [authority.cert] });
  opened.push(guarded);
  return guarded;
}

/** A resolver that returns these lists in order, then repeats the last one. It counts its calls. */
function answering(...answers: readonly (readonly string[])[]) {
  let asked = 0;
  const lookup: Lookup = async () => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    return answer.map((address) => ({ address }));
  };
  return { lookup, asked: () => asked };
}

afterEach(stopNetwork);
afterAll(() => Promise.all(opened.map((each) => each.close())));

describe("a URL whose host is an address", () => {
  const guarded = guard(answering([]).lookup);
  test.each(HOSTILE_HOSTS)("%s is not requested (%s)", async (host) => {
    const { connectedTo } = routeToLoopback([]);
    await expect(guarded.fetch(`https://${host}/`)).rejects.toMatchObject({
      name: "FetchRefusal",
      code: "ADDRESS_REFUSED",
      message: expect.stringContaining("USHER_ALLOWED_PRIVATE_HOSTS"),
    });
    expect(connectedTo).toEqual([]);
  });

  test("a link-local address with a zone is not a URL", async () => {
    await expect(guarded.fetch("https://[fe80::1%25eth0]/")).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
  });

  test.each(["127.0.0.1", "10.0.0.1", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"])(
    "%s is refused by the connector itself",
    async (hostname) => {
      const { connectedTo } = routeToLoopback([]);
      const { connect } = createGuardedConnector(createIsAllowed([]), answering([]).lookup, []);
      const outcome = await new Promise<unknown>((resolve) =>
        connect({ hostname, protocol: "https:", port: "443" }, (error: Error | null, socket: Socket | null) =>
          resolve(error ?? socket),
        ),
      );
      expect(outcome).toMatchObject({ code: "ADDRESS_REFUSED" });
      expect(connectedTo).toEqual([]);
    },
  );
});

describe("a name", () => {
  test.each(HOSTILE_ANSWERS)("that resolves to %s is not requested", async (address) => {
    const { connectedTo } = routeToLoopback([]);
    const failed = guard(answering([address]).lookup).fetch("https://id.example.com/");
    await expect(failed).rejects.toMatchObject({
      code: "ADDRESS_REFUSED",
      message: expect.stringMatching(/^id\.example\.com must be at a public address.*USHER_ALLOWED_PRIVATE_HOSTS/),
    });
    // The log names the private address. The administrator's message does not.
    await failed.catch((error: Error) => {
      if (address.length > 3) expect(error.message).not.toContain(address);
      expect(error.cause).toMatchObject({ message: `id.example.com is ${address}` });
    });
    expect(connectedTo).toEqual([]);
  });

  test.each([[[PUBLIC, "127.0.0.1"]], [["127.0.0.1", PUBLIC]], [["2606:4700:4700::1111", PUBLIC, "fd00::1"]]])(
    "with public and private answers %j is not requested",
    async (answer) => {
      const { connectedTo } = routeToLoopback([PUBLIC]);
      await expect(guard(answering(answer).lookup).fetch("https://id.example.com/")).rejects.toMatchObject({
        code: "ADDRESS_REFUSED",
      });
      expect(connectedTo).toEqual([]);
    },
  );

  test("is resolved once: the connection goes to the checked address, although the name has another by then", async () => {
    const peer = await startPeer((_, response) => response.end("public"), authority.issue(["id.example.com"]));
    const { connectedTo } = routeToLoopback([PUBLIC]);
    const { lookup, asked } = answering([PUBLIC], ["127.0.0.1"]);
    const response = await guard(lookup).fetch(`https://id.example.com:${peer.port}/`);
    expect(await response.text()).toBe("public");
    expect(asked()).toBe(1);
    expect(connectedTo).toEqual([PUBLIC]);
  });

  test("is checked again when a new connection is opened", async () => {
    const peer = await startPeer(
      (_, response) => response.setHeader("connection", "close").end("public"),
      authority.issue(["id.example.com"]),
    );
    const { connectedTo } = routeToLoopback([PUBLIC]);
    const guarded = guard(answering([PUBLIC], ["127.0.0.1"]).lookup);
    await guarded.fetch(`https://id.example.com:${peer.port}/`);
    await expect(guarded.fetch(`https://id.example.com:${peer.port}/`)).rejects.toMatchObject({
      code: "ADDRESS_REFUSED",
    });
    expect(connectedTo).toEqual([PUBLIC]);
  });

  test("of this machine is not requested, with the machine's own resolver", async () => {
    const guarded = createGuardedFetch({ allowedPrivateHosts: [] });
    opened.push(guarded);
    for (const host of ["localhost", "localhost.", "id.localhost"])
      await expect(guarded.fetch(`https://${host}/`)).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
  });
});

describe("a host that the operator allows", () => {
  test("is requested over plain http, on its port", async () => {
    const peer = await startPeer((_, response) => response.end("inside"));
    const guarded = guard(answering(["127.0.0.1"]).lookup, [`id.corp.example:${peer.port}`]);
    const response = await guarded.fetch(`http://id.corp.example:${peer.port}/`);
    expect(await response.text()).toBe("inside");
  });

  test("is not requested on another port, over https or http", async () => {
    const peer = await startPeer((_, response) => response.end("inside"));
    const otherPort = peer.port === 65_535 ? peer.port - 1 : peer.port + 1;
    const guarded = guard(answering(["127.0.0.1"]).lookup, [`id.corp.example:${otherPort}`, `127.0.0.1:${otherPort}`]);
    await expect(guarded.fetch(`https://id.corp.example:${peer.port}/`)).rejects.toMatchObject({
      code: "ADDRESS_REFUSED",
    });
    await expect(guarded.fetch(`http://id.corp.example:${peer.port}/`)).rejects.toMatchObject({
      code: "SCHEME_REFUSED",
    });
    await expect(guarded.fetch(`http://127.0.0.1:${peer.port}/`)).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
    expect(peer.connections()).toBe(0);
  });

  test("does not allow other names of the same address", async () => {
    const peer = await startPeer((_, response) => response.end("inside"));
    const guarded = guard(answering(["127.0.0.1"]).lookup, ["id.corp.example"]);
    await expect(guarded.fetch(`https://other.corp.example:${peer.port}/`)).rejects.toMatchObject({
      code: "ADDRESS_REFUSED",
    });
    expect(peer.connections()).toBe(0);
  });
});

describe("before anything is resolved", () => {
  test.each([
    ["http://id.example.com/", "SCHEME_REFUSED"],
    ["ftp://id.example.com/", "SCHEME_REFUSED"],
    ["file:///etc/passwd", "SCHEME_REFUSED"],
    ["data:text/plain,hello", "SCHEME_REFUSED"],
    ["https://user:secret@id.example.com/", "CREDENTIALS_REFUSED"],
    ["https://id.example.com@127.0.0.1/", "CREDENTIALS_REFUSED"],
    ["/relative", "ADDRESS_REFUSED"],
    ["", "ADDRESS_REFUSED"],
  ])("%s is refused with %s", async (url, code) => {
    const { lookup, asked } = answering([PUBLIC]);
    const failed = guard(lookup).fetch(url);
    await expect(failed).rejects.toMatchObject({ name: "FetchRefusal", code });
    await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining("secret") });
    expect(asked()).toBe(0);
  });
});

describe("a redirect", () => {
  test.each([301, 302, 303, 307, 308])(
    "with status %i to a private address is an error and not followed",
    async (status) => {
      const inside = await startPeer((_, response) => response.end("secret"));
      const location = `http://127.0.0.1:${inside.port}/latest?token=1`;
      const outside = await startPeer(
        (_, response) => response.writeHead(status, { location }).end(),
        authority.issue(["id.example.com"]),
      );
      routeToLoopback([PUBLIC]);
      // The request is refused even if the operator allows the target, because the administrator did not enter that address.
      const guarded = guard(answering([PUBLIC]).lookup, [`127.0.0.1:${inside.port}`]);
      const refusal = await guarded
        .fetch(`https://id.example.com:${outside.port}/`, { redirect: "follow" })
        .catch((error: unknown) => error as Error);
      expect(refusal).toMatchObject({
        code: "REDIRECT_REFUSED",
        location,
        message: `id.example.com answered with a redirect to http://127.0.0.1:${inside.port}/latest (status ${status}); redirects are not followed, so the address must be the final one.`,
      });
      // A log contains the properties of an error.
      expect(JSON.stringify(Object.entries(refusal))).not.toContain("token");
      expect(inside.connections()).toBe(0);
    },
  );
});
