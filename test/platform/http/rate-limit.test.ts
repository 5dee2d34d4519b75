/** Rate limits by address: shared by all replicas, and renewed when the window ends. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Request } from "express";
import { addressGroup, createRateLimits, sweepRateLimits } from "../../../src/platform/http/rate-limit.js";
import type { TestDatabase } from "../../support/database.js";
import { openMigratedDatabase } from "../../support/migrated-database.js";

let database: TestDatabase;
let now: Date;
let names = 0;
beforeAll(async () => {
  database = await openMigratedDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  now = new Date("2026-11-23T09:00:00.000Z");
  names += 1;
});

/** A request from an address, without a proxy. */
const from = (remoteAddress: string) =>
  ({ socket: { remoteAddress }, app: { get: () => undefined }, get: () => undefined }) as unknown as Request;
const ANN = from("203.0.113.7");
/** A limit of three a minute in a replica. Replicas of one test share the limit. */
const makeLimit = (rule: { name?: string; enabled?: boolean } = {}) =>
  createRateLimits({ database, clock: () => now, enabled: rule.enabled ?? true })({
    name: rule.name ?? `limit-${names}`,
    points: 3,
    durationSeconds: 60,
  });
const later = (seconds: number) => (now = new Date(now.getTime() + seconds * 1000));
const countRows = async () =>
  Number((await database.reader.row<{ n: number }>("SELECT COUNT(*) AS n FROM rate_limit"))?.n);
const limited = (retryAfterSeconds: number) =>
  expect.objectContaining({ code: "RATE_LIMITED", status: 429, details: { retryAfterSeconds } });

describe("a limit", () => {
  it("allows its number of requests, and says when to retry", async () => {
    const limit = makeLimit();
    for (let count = 0; count < 3; count += 1) await limit.use(ANN);
    later(20);
    await expect(makeLimit().use(ANN)).rejects.toEqual(limited(40));
    await expect(makeLimit().require(ANN)).rejects.toEqual(limited(40));
  });

  it("is shared by all replicas, also for concurrent requests", async () => {
    const replicas = [makeLimit(), makeLimit(), makeLimit()];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) => replicas[index % replicas.length]!.use(ANN)),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  });

  it("begins anew when its window ends, not with each use", async () => {
    const uses = async () => {
      for (let count = 0; count < 3; count += 1) {
        await makeLimit().use(ANN);
        later(15);
      }
    };
    await uses();
    await expect(makeLimit().use(ANN)).rejects.toEqual(limited(15));
    later(15);
    await makeLimit().require(ANN);
    await uses();
    await expect(makeLimit().use(ANN)).rejects.toEqual(limited(15));
  });

  it("counts each address and each name separately", async () => {
    for (let count = 0; count < 3; count += 1) await makeLimit().use(ANN);
    await makeLimit().use(from("203.0.113.8"));
    await makeLimit({ name: `other-${names}` }).use(ANN);
  });

  it("counts what has happened already without refusing it, and refuses the next", async () => {
    for (let count = 0; count < 4; count += 1) await makeLimit().note(ANN);
    await expect(makeLimit().require(ANN)).rejects.toEqual(limited(60));
    await expect(makeLimit().use(ANN)).rejects.toEqual(limited(60));
  });

  it("does not write to check, nor for a client over its limit", async () => {
    const before = await countRows();
    const limit = makeLimit();
    await limit.require(ANN);
    expect(await countRows()).toBe(before);
    for (let count = 0; count < 3; count += 1) await limit.use(ANN);
    const used = async () => await database.reader.rows("SELECT * FROM rate_limit ORDER BY key_hash");
    const rows = await used();
    for (let count = 0; count < 5; count += 1) await expect(limit.use(ANN)).rejects.toMatchObject({ status: 429 });
    expect(await used()).toEqual(rows);
  });

  it("allows everything when the operator has switched it off", async () => {
    const before = await countRows();
    const limit = makeLimit({ enabled: false });
    for (let count = 0; count < 10; count += 1) await limit.use(ANN);
    await limit.note(ANN);
    await limit.require(ANN);
    expect(await countRows()).toBe(before);
  });

  it("stores no address, and is deleted after its window", async () => {
    await makeLimit().use(ANN);
    const rows = await database.reader.rows("SELECT * FROM rate_limit");
    expect(JSON.stringify(rows)).not.toContain("203.0.113");
    await database.transact((transaction) => sweepRateLimits(transaction, now));
    expect(await countRows()).toBeGreaterThan(0);
    later(600);
    await database.transact((transaction) => sweepRateLimits(transaction, now));
    expect(await countRows()).toBe(0);
  });
});

describe("an address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
    ["unknown", "unknown"],
  ])("%s counts as %s", (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});
