/** Opened connections are shared by version, opened once, and not cached after a failure. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import { createOpenedConnections, type OpenedConnections } from "../../../src/connection/opened-connections.js";
import { createRegistry } from "../../../src/connection/registry.js";
import type { RuntimeParts } from "../../../src/connection/runtime.js";
import { sealOwnKeys } from "../../../src/connection/settings/own-keys.js";
import { sealSettings } from "../../../src/connection/settings/stored-settings.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { DEFAULT_CONNECTION_POLICIES } from "../../../src/connection/stored/policies.js";
import { COMPLETE, failureOf, ring, START } from "../support/house.js";
import { createSpecimen, unreachable } from "../support/specimen.js";

const { type, hooks } = createSpecimen();
const keyRing = ring();
const runtime: RuntimeParts = {
  publicUrl: "https://usher.example.com",
  fetch: async () => new Response(),
  clock: () => START,
  urls: { serverUrl: () => null, browserUrl: () => null },
  keyRing,
};
let connections: OpenedConnections;
beforeEach(() => {
  connections = createOpenedConnections({ registry: createRegistry([type]), runtime, maximum: 2 });
  hooks.opened = 0;
  hooks.open = null;
});

function connection(id: string, version = 1, plain: Record<string, unknown> = COMPLETE): Connection {
  return {
    id,
    organizationId: "o",
    displayName: "X",
    buttonLabel: null,
    type: type.id,
    state: "ACTIVE",
    ...sealSettings(type, keyRing, id, { plain, given: new Set(), before: null, now: START }),
    ownKeys: null,
    clientKeys: [],
    policies: DEFAULT_CONNECTION_POLICIES,
    version,
    trustVersion: 1,
    issuerChangedAt: null,
    firstActivatedAt: START,
    createdAt: START,
    updatedAt: START,
  };
}

describe("opened connections", () => {
  test("give the type addresses under the public URL, and the secrets", async () => {
    const opened = await connections.open(connection("c1"));
    expect(opened.opened).toEqual({ password: COMPLETE.password });
    expect(opened.runtime).toMatchObject({
      connectionId: "c1",
      addresses: {
        startUrl: "https://usher.example.com/sso/c1/start",
        callbackUrl: "https://usher.example.com/sso/c1/callback",
        acsUrl: "https://usher.example.com/sso/c1/acs",
        metadataUrl: "https://usher.example.com/sso/c1/metadata",
        logoutUrl: "https://usher.example.com/sso/c1/logout",
      },
    });
    expect(opened.runtime).not.toHaveProperty("keyRing");
    expect(opened.runtime).not.toHaveProperty("keys");
  });

  test("give the type the connection's own keys", async () => {
    const keys = { signing: [{ privateKey: "private", certificate: "public" }], decryption: [] };
    const one = { ...connection("c1"), ownKeys: sealOwnKeys(keyRing, "c1", keys, START) };
    expect((await connections.open(one)).runtime.keys).toEqual(keys);
    await expect(connections.open({ ...connection("c2"), ownKeys: one.ownKeys })).rejects.toThrow(/sealed text/);
  });

  test("a hundred requests at once open a connection once", async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => connections.open(connection("c1"))));
    expect(new Set(all).size).toBe(1);
    expect(hooks.opened).toBe(1);
    expect(await connections.open(connection("c1"))).toBe(all[0]);
  });

  test("a new version is opened, and an older row does not replace it", async () => {
    const old = await connections.open(connection("c1", 1));
    const present = await connections.open(connection("c1", 2));
    expect(present).not.toBe(old);
    const late = await connections.open(connection("c1", 1));
    expect(late.connection.version).toBe(1);
    expect(await connections.open(connection("c1", 2))).toBe(present);
  });

  test("a failure reaches every waiting request, and is not cached", async () => {
    hooks.open = () => Promise.reject(unreachable());
    const both = await Promise.allSettled([connections.open(connection("c1")), connections.open(connection("c1"))]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(hooks.opened).toBe(1);
    hooks.open = null;
    expect((await connections.open(connection("c1"))).connection.id).toBe("c1");
  });

  test("a late failure of an old version does not remove the new one", async () => {
    let fail: (error: unknown) => void = () => {};
    hooks.open = () => new Promise((_, reject) => (fail = reject));
    const old = connections.open(connection("c1", 1));
    await Promise.resolve();
    hooks.open = null;
    const present = await connections.open(connection("c1", 2));
    fail(unreachable());
    await expect(old).rejects.toThrow("500");
    expect(await connections.open(connection("c1", 2))).toBe(present);
  });

  test("the least recently used connection leaves a full cache", async () => {
    await connections.open(connection("c1"));
    await connections.open(connection("c2"));
    await connections.open(connection("c1"));
    await connections.open(connection("c3"));
    expect(hooks.opened).toBe(3);
    await connections.open(connection("c1"));
    expect(hooks.opened).toBe(3);
    await connections.open(connection("c2"));
    expect(hooks.opened).toBe(4);
  });

  test("a missing setting is refused by name", async () => {
    expect(await failureOf(connections.open(connection("c1", 1, { tenant: "t" })))).toMatchObject({
      code: "CONNECTION_NOT_READY",
      details: { fields: [{ path: "settings.madeUp.address" }, { path: "settings.madeUp.password" }] },
    });
  });
});
