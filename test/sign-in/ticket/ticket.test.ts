/** The ticket table on a real database: tickets are single-use, valid for a minute, bound to one browser and connection, and sealed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { SYSTEM } from "../../../src/access/caller.js";
import { createBegin, type UnitOfWork } from "../../../src/access/unit-of-work.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { createKeyRing, parseKeyRing } from "../../../src/platform/crypto/key-ring.js";
import { sha256Hex } from "../../../src/platform/crypto/tokens.js";
import type { SignInServices } from "../../../src/sign-in/services.js";
import { findPostedFlow, keepFlow } from "../../../src/sign-in/flow/keep-flow.js";
import { keepTicket, findTicketReturnTo, takeTicket } from "../../../src/sign-in/ticket/keep-ticket.js";
import { sweepTickets } from "../../../src/sign-in/ticket/ticket.repository.js";
import type { TestDatabase } from "../../support/database.js";
import { openMigratedDatabase } from "../../support/migrated-database.js";
import { placeholders } from "../../../src/platform/database/statements.js";

const BROWSER = "a-browser";
const ASSERTION = "assertion-that-was-accepted";
const STARTED_AT = new Date("2026-11-23T09:00:00.000Z");

describe("tickets", () => {
  let database: TestDatabase;
  let services: SignInServices;
  let now = STARTED_AT;
  let count = 0;
  const connection = { id: "connection-1", trustVersion: 3 } as Connection;

  const inUnit = <T>(work: (unit: UnitOfWork) => Promise<T>) =>
    services.store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, work);

  beforeAll(async () => {
    database = await openMigratedDatabase();
    const ring = parseKeyRing(`one:${Buffer.alloc(32, 1).toString("base64")}`);
    if ("mistakes" in ring) throw new Error("the key ring of this test is unreadable");
    services = {
      clock: () => now,
      keyRing: createKeyRing(ring.keys),
      store: { reader: database.reader, begin: createBegin(database, () => now) },
    } as SignInServices;
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
           VALUES (?, 'organization-1', 'Acme', 'saml', 'ACTIVE', 1, '{}', '{}', '{}', 1, 3, ?, ?)`,
          [id, now, now],
        );
    });
  });
  afterAll(() => database.close());
  beforeEach(() => {
    now = STARTED_AT;
  });

  /** A flow that waits for an answer, as a post reads it. */
  async function begin() {
    const requestId = `_request-${++count}`;
    const draft = { requestId, secrets: {} };
    await keepFlow(services, connection, BROWSER, draft, {
      returnTo: "https://app.example/secret-place",
      steps: [],
      testReference: null,
    });
    return (await findPostedFlow(services, connection, requestId))!;
  }
  const keep = async (assertionId = `${ASSERTION}-${++count}`, flow?: Awaited<ReturnType<typeof begin>>) => {
    const posted = flow ?? (await begin());
    const replay = { kind: "assertion", id: assertionId, expiresAt: new Date(now.getTime() + 300_000) } as const;
    const message = {
      kind: "verified",
      flow: posted,
      verified: { subject: "ada-in-person" },
      posted: { flow: posted.pending, replay },
    } as const;
    return await keepTicket(services, connection, message, [{ step: "VERIFY", at: now.toISOString() }]);
  };
  const take = (ticket: string | undefined, browser: string | null = BROWSER, of = connection) =>
    takeTicket(services, of, ticket, browser);
  const rowOf = (ticket: string) =>
    database.reader.row<Record<string, unknown>>("SELECT * FROM sso_ticket WHERE ticket_hash = ?", [sha256Hex(ticket)]);

  it("give back what was verified, and the return address", async () => {
    expect(await take(await keep())).toEqual({
      verified: { subject: "ada-in-person" },
      returnTo: "https://app.example/secret-place",
      steps: [{ step: "VERIFY", at: STARTED_AT.toISOString() }],
      testReference: null,
      trustVersion: 3,
    });
  });

  it("hold nothing in the clear: keys are hashes, and the payload is sealed for its row", async () => {
    const ticket = await keep();
    const other = await keep();
    const row = await rowOf(ticket);
    expect(row).toMatchObject({ browser_hash: sha256Hex(BROWSER), connection_id: "connection-1" });
    for (const secret of [ticket, BROWSER, "ada-in-person", "secret-place"])
      expect(JSON.stringify(row)).not.toContain(secret);
    // The payload of one row cannot be opened in another row.
    await inUnit((unit) =>
      unit.execute("UPDATE sso_ticket SET payload = ? WHERE ticket_hash = ?", [
        row!["payload"] as string,
        sha256Hex(other),
      ]),
    );
    await expect(take(other)).rejects.toMatchObject({ code: "TAMPERED" });
  });

  it("are redeemed once: of 20 parallel requests one succeeds", async () => {
    const ticket = await keep();
    const takers = await Promise.allSettled(Array.from({ length: 20 }, () => take(ticket)));
    expect(takers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const taker of takers)
      if (taker.status === "rejected") expect(taker.reason).toMatchObject({ code: "SIGN_IN_UNKNOWN" });
    await expect(take(ticket)).rejects.toMatchObject({ code: "SIGN_IN_UNKNOWN" });
  });

  it("are issued once for a flow by 20 parallel posts, and only the accepted message is recorded", async () => {
    const flow = await begin();
    const posts = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => keep(`of-20-${index}`, flow)));
    expect(posts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const notes = await database.reader.row<{ count: unknown }>(
      `SELECT COUNT(*) AS count FROM sso_replay WHERE id_hash IN (${placeholders(posts)})`,
      posts.map((_post, index) => sha256Hex(`of-20-${index}`)),
    );
    // The refused posts wrote nothing, so their messages are not consumed.
    expect(Number(notes!.count)).toBe(1);
  });

  it("are issued once for a message, and the flow of a refused copy stays usable", async () => {
    await keep("one-message");
    const flow = await begin();
    await expect(keep("one-message", flow)).rejects.toMatchObject({ code: "SIGN_IN_REPLAYED" });
    expect(await take(await keep("another-message", flow))).toMatchObject({ trustVersion: 3 });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ["no ticket", () => take(undefined), "SIGN_IN_UNKNOWN"],
    ["an unknown ticket", () => take("x".repeat(43)), "SIGN_IN_UNKNOWN"],
    ["no cookie", async () => take(await keep(), null), "SIGN_IN_OTHER_BROWSER"],
    ["another cookie", async () => take(await keep(), "another"), "SIGN_IN_OTHER_BROWSER"],
    [
      "another connection",
      async () => take(await keep(), BROWSER, { ...connection, id: "connection-2" }),
      "SIGN_IN_UNKNOWN",
    ],
    [
      "a changed trust",
      async () => take(await keep(), BROWSER, { ...connection, trustVersion: 4 }),
      "SIGN_IN_SUPERSEDED",
    ],
  ])("are refused for %s", async (_name, attempt, code) => {
    await expect(attempt()).rejects.toMatchObject({ code });
  });

  it("keep only the return address after they are used, for an hour", async () => {
    const ticket = await keep();
    await take(ticket);
    const { payload } = (await rowOf(ticket)) as { payload: string };
    const left = services.keyRing.open(payload, `sso_ticket:${sha256Hex(ticket)}`);
    expect(JSON.parse(left)).toEqual({ returnTo: "https://app.example/secret-place" });
    now = new Date(STARTED_AT.getTime() + 3_660_000);
    await inUnit(sweepTickets);
    expect(await findTicketReturnTo(services, ticket)).toBe("https://app.example/secret-place");
    now = new Date(now.getTime() + 1);
    await inUnit(sweepTickets);
    expect(await findTicketReturnTo(services, ticket)).toBeNull();
    expect(await rowOf(ticket)).toBeUndefined();
  });

  it("last a minute, and are swept then", async () => {
    const ticket = await keep();
    now = new Date(STARTED_AT.getTime() + 59_999);
    await inUnit(sweepTickets);
    const other = await keep();
    expect(await take(ticket)).toMatchObject({ trustVersion: 3 });
    now = new Date(now.getTime() + 60_000);
    await expect(take(other)).rejects.toMatchObject({ code: "SIGN_IN_UNKNOWN" });
    now = new Date(now.getTime() + 1);
    await inUnit(sweepTickets);
    expect([await rowOf(ticket), await rowOf(other)]).toEqual([expect.anything(), undefined]);
  });
});
