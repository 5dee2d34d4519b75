/** What is kept of attempts, on a real database: sealed, without tokens, one for each person, and only as long as its key. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SYSTEM } from "../../../src/access/caller.js";
import { createBegin, type UnitOfWork } from "../../../src/access/unit-of-work.js";
import type { NormalizedProfile } from "../../../src/connection/contract/index.js";
import { createKeyRing, parseKeyRing, type KeyRing } from "../../../src/platform/crypto/key-ring.js";
import { beginAttempt, recordAttempt, type Attempt } from "../../../src/sign-in/attempt/attempt.js";
import { findEvidenceOfAttempts, findLastSignIns, keepEvidence } from "../../../src/sign-in/attempt/evidence.js";
import { redactClaims, redactProfile } from "../../../src/sign-in/attempt/redact-claims.js";
import type { TestDatabase } from "../../support/database.js";
import { openMigratedDatabase } from "../../support/migrated-database.js";

const NOW = new Date("2026-11-23T09:00:00.000Z");

function ringOf(id: string, byte: number): KeyRing {
  const ring = parseKeyRing(`${id}:${Buffer.alloc(32, byte).toString("base64")}`);
  if ("mistakes" in ring) throw new Error("the key ring of this test is unreadable");
  return createKeyRing(ring.keys);
}

function profileOf(subject: string, attributes: NormalizedProfile["attributes"] = {}): NormalizedProfile {
  return {
    issuer: "https://id.example",
    subject,
    email: null,
    emailVerified: null,
    username: null,
    firstName: null,
    lastName: null,
    fullName: null,
    employeeId: null,
    groups: { kind: "silent" },
    groupsClaims: [],
    profile: {},
    attributes,
    authenticationMethods: [],
  };
}

describe("evidence", () => {
  let database: TestDatabase;
  const keyRing = ringOf("one", 1);
  let count = 0;
  const inUnit = <T>(work: (unit: UnitOfWork) => Promise<T>) =>
    createBegin(database, () => NOW)(SYSTEM, { kind: "SYSTEM", actor: null }, work);
  const keep = async (
    { kind = "SIGN_IN", ...known }: { readonly kind?: Attempt["kind"] } & Pick<Attempt, "profile" | "claims">,
    ring = keyRing,
  ): Promise<string> => {
    count += 1;
    const client = { address: null, userAgent: null };
    const begun = beginAttempt({ reference: `R${count}`, organizationId: "o", connectionId: "c", client });
    const attempt: Attempt = { ...begun, kind, ...known, profile: known.profile && redactProfile(known.profile) };
    await inUnit(async (unit) => {
      await recordAttempt(unit, attempt, { outcome: "SUCCEEDED", detail: null, userId: null });
      await keepEvidence(unit, ring, attempt, null, null);
    });
    return attempt.id;
  };
  const find = async (id: string, ring = keyRing) =>
    (await findEvidenceOfAttempts(database.reader, ring, [id])).get(id);

  beforeAll(async () => {
    database = await openMigratedDatabase();
    await inUnit((unit) =>
      unit.execute(
        `INSERT INTO organization (id, slug, name, time_zone, policies, sso_allowed, version, created_at, updated_at)
         VALUES ('o', 'acme', 'Acme', 'UTC', '{}', ?, 1, ?, ?)`,
        [true, NOW, NOW],
      ),
    );
  });
  afterAll(() => database.close());

  it("is replaced by a later sign-in of the same person, and not by a test", async () => {
    const first = await keep({ profile: profileOf("ada"), claims: { at: 1 } });
    const second = await keep({ profile: profileOf("ada"), claims: { at: 2 } });
    const other = await keep({ profile: profileOf("grace"), claims: { at: 3 } });
    const test = await keep({ kind: "TEST", profile: profileOf("ada"), claims: { at: 4 } });
    expect(await find(first)).toBeUndefined();
    for (const [id, at] of [
      [second, 2],
      [other, 3],
      [test, 4],
    ] as const)
      expect(await find(id)).toMatchObject({ claims: { at } });
    expect(await findLastSignIns(database.reader, keyRing, "c", 10)).toHaveLength(2);
  });

  it("keeps attributes as lists under any name, without tokens and passwords", async () => {
    const token = `eyJ${"a".repeat(20)}.${"b".repeat(20)}.${"c".repeat(20)}`;
    const attributes = {
      state: ["Vienna"],
      code: ["A", "B"],
      key: ["k"],
      "_claim_sources.src1.access_token": ["very-secret"],
      note: [`see ${token}`],
    };
    const id = await keep({ profile: profileOf("lena", attributes), claims: null });
    const kept = (await find(id))!.profile!.attributes;
    expect(kept).toMatchObject({ state: ["Vienna"], code: ["A", "B"], key: ["k"] });
    expect(Object.values(kept).every(Array.isArray)).toBe(true);
    expect(JSON.stringify(kept)).not.toMatch(/very-secret|eyJa/);
  });

  it("leaves claims out where they are too long, and is left out where the rest is, too", async () => {
    const long = "x".repeat(7_000);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`c${index}`, long]));
    const withoutClaims = await keep({ profile: profileOf("max"), claims: many });
    expect(await find(withoutClaims)).toMatchObject({ claims: null, profile: { subject: "max" } });
    const attributes = Object.fromEntries(Object.entries(many).map(([name, value]) => [name, [value]]));
    expect(await find(await keep({ profile: profileOf("mia", attributes), claims: null }))).toBeUndefined();
  });

  it("is not there without the key that sealed it, and hides nobody else's", async () => {
    const former = ringOf("former", 2);
    const lost = await keep({ kind: "TEST", profile: profileOf("otto"), claims: { at: 5 } }, former);
    const there = await keep({ kind: "TEST", profile: profileOf("olga"), claims: { at: 6 } });
    const found = await findEvidenceOfAttempts(database.reader, keyRing, [lost, there]);
    expect([...found.keys()]).toEqual([there]);
  });
});

describe("claims that are shown", () => {
  it("keep their names and values, without tokens and passwords", () => {
    const claims = {
      state: "Vienna",
      email_verified: true,
      age: 7,
      nothing: null,
      _claim_sources: { src1: { access_token: "secret-1", JWT: "secret-2", endpoint: "https://graph.example" } },
      password: "secret-3",
      list: [{ refreshToken: "secret-4" }, "plain"],
    };
    const shown = redactClaims(claims);
    expect(shown).toMatchObject({ state: "Vienna", email_verified: true, age: 7, nothing: null, list: [{}, "plain"] });
    expect(JSON.stringify(shown)).not.toContain("secret-");
    expect(JSON.stringify(shown)).toContain("https://graph.example");
  });

  it("end at twelve levels", () => {
    let deep: unknown = "bottom";
    for (let level = 0; level < 10_000; level += 1) deep = { deep };
    expect(JSON.stringify(redactClaims(deep))).toContain("[deep]");
  });
});
