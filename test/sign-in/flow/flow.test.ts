/** The flow table and the replay table on a real database: rows are single-use, bound to one browser and connection, and sealed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { SYSTEM } from "../../../src/access/caller.js";
import { createBegin, type UnitOfWork } from "../../../src/access/unit-of-work.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { createKeyRing, parseKeyRing } from "../../../src/platform/crypto/key-ring.js";
import { sha256Hex } from "../../../src/platform/crypto/tokens.js";
import type { SignInServices } from "../../../src/sign-in/services.js";
import { issueBrowserToken } from "../../../src/sign-in/flow/browser-tokens.js";
import { findFlowByRequestId, insertFlow, noteReplay, sweepFlows } from "../../../src/sign-in/flow/flow.repository.js";
import { findFlow, keepFlow } from "../../../src/sign-in/flow/keep-flow.js";
import type { TestDatabase } from "../../support/database.js";
import { openMigratedDatabase } from "../../support/migrated-database.js";

const NONCE = "nonce-that-nobody-may-read";
const VERIFIER = "verifier-that-nobody-may-read";
const BROWSER = "a-browser";
const STARTED_AT = new Date("2026-11-23T09:00:00.000Z");
const MINUTE_MS = 60_000;

describe("flows under way", () => {
  let database: TestDatabase;
  let services: Pick<SignInServices, "store" | "clock" | "keyRing">;
  let now = STARTED_AT;
  const connection = { id: "connection-1", trustVersion: 3 } as Connection;

  const inUnit = <T>(work: (unit: UnitOfWork) => Promise<T>) =>
    services.store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, work);
  const keep = (of = connection, requestId: string | null = null) =>
    keepFlow(
      services as SignInServices,
      of,
      BROWSER,
      { requestId, secrets: { nonce: NONCE, codeVerifier: VERIFIER } },
      {
        returnTo: "https://app.example/secret-place",
        steps: [{ step: "START", at: STARTED_AT.toISOString() }],
        testReference: null,
      },
    );
  const find = (state: string | undefined, browser: string | null = BROWSER, of = connection) =>
    findFlow(services as SignInServices, of, state, browser);

  beforeAll(async () => {
    database = await openMigratedDatabase();
    const ring = parseKeyRing(`one:${Buffer.alloc(32, 1).toString("base64")}`);
    if ("mistakes" in ring) throw new Error("the key ring of this test is unreadable");
    services = {
      clock: () => now,
      keyRing: createKeyRing(ring.keys),
      store: { reader: database.reader, begin: createBegin(database, () => now) },
    };
    await inUnit(async (unit) => {
      await unit.execute(
        `INSERT INTO organization (id, slug, name, time_zone, policies, sso_allowed, version, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ["organization-1", "acme", "Acme", "UTC", "{}", true, 1, now, now],
      );
      for (const id of ["connection-1", "connection-2"])
        await unit.execute(
          `INSERT INTO sso_connection (id, organization_id, display_name, type, state, settings_version, settings, secrets,
             policies, version, trust_version, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          [id, "organization-1", id, "oidc", "ACTIVE", 1, "{}", "{}", "{}", 1, 3, now, now],
        );
    });
  });
  beforeEach(() => {
    now = STARTED_AT;
  });
  afterAll(() => database.close());

  it("are found by the browser that began them, with their whole contents", async () => {
    const found = await find(await keep());
    expect(found).toMatchObject({
      returnTo: "https://app.example/secret-place",
      steps: [{ step: "START" }],
      trustVersion: 3,
      pending: { secrets: { nonce: NONCE, codeVerifier: VERIFIER }, startedAt: STARTED_AT, requestId: null },
    });
  });

  it("hold nothing in the clear: keys are hashes, and the payload is sealed for its row", async () => {
    const state = await keep(connection, "request-id-in-the-clear");
    const other = await keep();
    expect(state).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const row = await database.reader.row<Record<string, unknown>>("SELECT * FROM sso_flow WHERE state_hash = ?", [
      sha256Hex(state),
    ]);
    expect(row).toMatchObject({
      browser_hash: sha256Hex(BROWSER),
      request_id_hash: sha256Hex("request-id-in-the-clear"),
    });
    const text = JSON.stringify(row);
    for (const secret of [state, BROWSER, NONCE, VERIFIER, "secret-place", "request-id-in-the-clear"])
      expect(text).not.toContain(secret);
    // The payload of one row cannot be opened in another row.
    await inUnit((unit) =>
      unit.execute("UPDATE sso_flow SET payload = ? WHERE state_hash = ?", [
        row!["payload"] as string,
        sha256Hex(other),
      ]),
    );
    await expect(find(other)).rejects.toMatchObject({ code: "TAMPERED" });
  });

  it("are consumed once: of 20 parallel copies one is accepted", async () => {
    const state = await keep();
    const copies = await Promise.all(Array.from({ length: 20 }, () => find(state)));
    const accepted = await Promise.all(copies.map(({ pending }) => pending.consume()));
    expect(accepted.filter(Boolean)).toHaveLength(1);
    await expect(find(state)).rejects.toMatchObject({ code: "SIGN_IN_UNKNOWN" });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ["no state", () => find(undefined), "SIGN_IN_UNKNOWN"],
    ["an empty state", () => find(""), "SIGN_IN_UNKNOWN"],
    ["an unknown state", () => find("x".repeat(43)), "SIGN_IN_UNKNOWN"],
    ["a state in another spelling", async () => find((await keep()).concat(" ")), "SIGN_IN_UNKNOWN"],
    [
      "a state of another connection",
      async () => find(await keep(), BROWSER, { ...connection, id: "connection-2" }),
      "SIGN_IN_UNKNOWN",
    ],
    ["a browser without a cookie", async () => find(await keep(), null), "SIGN_IN_OTHER_BROWSER"],
    ["another browser", async () => find(await keep(), "another-browser"), "SIGN_IN_OTHER_BROWSER"],
    [
      "changed trust",
      async () => find(await keep(), BROWSER, { ...connection, trustVersion: 4 }),
      "SIGN_IN_SUPERSEDED",
    ],
  ])("are refused for %s, and stay usable", async (_name, refused, code) => {
    await expect(refused()).rejects.toMatchObject({ code });
  });

  it("each have a token of their own in the browser's cookie, with those of other flows under way", async () => {
    const begin = async (cookie: string | null) => {
      const issued = await issueBrowserToken(services as SignInServices, cookie);
      await inUnit((unit) => {
        const row = { connectionId: connection.id, trustVersion: 3, payload: "", requestId: null };
        return insertFlow(unit, { ...row, stateHash: sha256Hex(issued.token), browserHash: sha256Hex(issued.token) });
      });
      return issued;
    };
    const first = await begin(null);
    expect(first.cookie).toBe(first.token);
    const strange = "s".repeat(43);
    const second = await begin(`planted.${strange}.${first.cookie}`);
    expect(second.cookie).toBe(`${second.token}.${first.token}`);
    let last = second;
    for (let count = 0; count < 8; count += 1) last = await begin(last.cookie);
    expect(last.cookie.split(".")).toHaveLength(8);
    expect(last.cookie).toContain(last.token);
    expect(last.cookie).not.toContain(second.token);
    now = new Date(STARTED_AT.getTime() + 15 * MINUTE_MS);
    const late = await begin(last.cookie);
    expect(late.cookie).toBe(late.token);
  });

  it("expire after a quarter of an hour, also for a request that found them before", async () => {
    const state = await keep();
    now = new Date(STARTED_AT.getTime() + 15 * MINUTE_MS - 1);
    const found = await find(state);
    now = new Date(STARTED_AT.getTime() + 15 * MINUTE_MS);
    await expect(find(state)).rejects.toMatchObject({ code: "SIGN_IN_UNKNOWN" });
    expect(await found.pending.consume()).toBe(false);
  });

  it("are found by the id of their request, at their own connection only", async () => {
    await keep(connection, "_request-1");
    const { reader } = database;
    expect(await findFlowByRequestId(reader, "connection-1", "_request-1")).toMatchObject({ trustVersion: 3 });
    expect(await findFlowByRequestId(reader, "connection-2", "_request-1")).toBeNull();
    expect(await findFlowByRequestId(reader, "connection-1", "_REQUEST-1")).toBeNull();
  });

  it("and replay records are swept long after they expire, and not before", async () => {
    const state = await keep();
    const expiresAt = new Date(STARTED_AT.getTime() + 5 * MINUTE_MS);
    expect(
      await inUnit((unit) => noteReplay(unit, "connection-1", { kind: "assertion", id: "swept", expiresAt })),
    ).toBe(true);
    const count = async () =>
      (await database.reader.rows("SELECT state_hash FROM sso_flow WHERE state_hash = ?", [sha256Hex(state)])).length;
    now = new Date(STARTED_AT.getTime() + 30 * MINUTE_MS);
    await inUnit(sweepFlows);
    expect(await count()).toBe(1);
    now = new Date(STARTED_AT.getTime() + 80 * MINUTE_MS);
    await inUnit(sweepFlows);
    expect(await count()).toBe(0);
    expect(await database.reader.rows("SELECT id_hash FROM sso_replay", [])).toEqual([]);
  });
});

describe("accepted messages", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openMigratedDatabase();
  });
  afterAll(() => database.close());

  it("are recorded once per connection, kind and id: of 20 parallel records one is new", async () => {
    const begin = createBegin(database, () => STARTED_AT);
    const expiresAt = new Date(STARTED_AT.getTime() + MINUTE_MS);
    const note = (connectionId: string, kind: string, id: string) =>
      begin(SYSTEM, { kind: "SYSTEM", actor: null }, (unit) => noteReplay(unit, connectionId, { kind, id, expiresAt }));
    const parallel = await Promise.all(Array.from({ length: 20 }, () => note("connection-1", "assertion", "_a")));
    expect(parallel.filter(Boolean)).toHaveLength(1);
    expect(await note("connection-1", "assertion", "_a")).toBe(false);
    // Ids are different even if they differ only in characters that a database's collation ignores.
    for (const other of ["_A", "_a ", "_\u00e1"]) expect(await note("connection-1", "assertion", other)).toBe(true);
    expect(await note("connection-2", "assertion", "_a")).toBe(true);
    expect(await note("connection-1", "id-token", "_a")).toBe(true);
  });
});
