/** Password hashing with the library itself, whose verifications and parameters are counted. */
import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import * as argon2 from "@node-rs/argon2";

const verified: string[] = [];
let underWay = 0;
let mostUnderWay = 0;
let loads = 0;
jest.unstable_mockModule("@node-rs/argon2", () => {
  loads += 1;
  return {
    ...argon2,
    verify: async (hashed: string, password: string) => {
      verified.push(hashed);
      mostUnderWay = Math.max(mostUnderWay, (underWay += 1));
      return await argon2.verify(hashed, password).finally(() => (underWay -= 1));
    },
  };
});
const { hashPassword, MOST_WAITING, needsRehash, verifyAgainstNothing, verifyPassword } =
  await import("../../../src/platform/crypto/passwords.js");
const loadsBeforeUse = loads;

beforeEach(() => void verified.splice(0));

test("the native library is loaded with the first password, not before", async () => {
  expect(loadsBeforeUse).toBe(0);
  await hashPassword("x");
  expect(loads).toBe(1);
});

describe("a hashed password", () => {
  test("is argon2id with 19 MiB, two passes and one lane, salted anew every time", async () => {
    const hash = await hashPassword("correct horse");
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await hashPassword("correct horse")).not.toBe(hash);
  });

  test("is verified only by its password", async () => {
    const hash = await hashPassword("correct horse");
    expect(await verifyPassword(hash, "correct horse")).toBe(true);
    for (const wrong of ["Correct horse", "correct horse ", "correct hors", ""])
      expect(await verifyPassword(hash, wrong)).toBe(false);
  });

  test("is verified whichever way a keyboard composes its letters", async () => {
    expect(await verifyPassword(await hashPassword("Zu\u0308rich"), "Z\u00fcrich")).toBe(true);
  });

  test("that is malformed is a defect, not a wrong password", async () => {
    await expect(verifyPassword("not a hash", "x")).rejects.toThrow();
  });
});

describe("without an account", () => {
  test("exactly one verification runs, with the parameters of an account's hash", async () => {
    const hash = await hashPassword("correct horse");
    await verifyPassword(hash, "wrong");
    expect(await verifyAgainstNothing("wrong")).toBe(false);
    expect(verified).toHaveLength(2);
    const [account, nothing] = verified.map((each) => argon2.parseOptions(each));
    expect(nothing).toEqual(account);
  });

  test("no password is right", async () => {
    for (const password of ["", "A", "\0".repeat(32)]) expect(await verifyAgainstNothing(password)).toBe(false);
  });
});

test("a flood of passwords waits within bounds of memory and time, and the rest is refused at once", async () => {
  const fast = await argon2.hash("x", { memoryCost: 8, timeCost: 1 });
  const flood = Array.from({ length: MOST_WAITING + 30 }, () => verifyPassword(fast, "x"));
  const results = await Promise.allSettled(flood);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(MOST_WAITING + 4);
  const refused = results.filter((result) => result.status === "rejected").map(({ reason }) => reason.code as string);
  expect(refused).toEqual(refused.map(() => "UNAVAILABLE"));
  expect(mostUnderWay).toBeLessThanOrEqual(4);
  expect(await verifyPassword(fast, "x")).toBe(true);
});

describe("a hash of other parameters", () => {
  test.each([
    ["less memory", { memoryCost: 8_192 }],
    ["one pass", { timeCost: 1 }],
    ["more lanes", { parallelism: 2 }],
    ["argon2i", { algorithm: 1 }],
  ])("(%s) is verified, and must be renewed", async (_, options) => {
    const hash = await argon2.hash("correct horse", { memoryCost: 19_456, timeCost: 2, parallelism: 1, ...options });
    expect(await verifyPassword(hash, "correct horse")).toBe(true);
    expect(needsRehash(hash)).toBe(true);
  });

  test("does not include a hash of the current parameters", async () =>
    expect(needsRehash(await hashPassword("x"))).toBe(false));
});
