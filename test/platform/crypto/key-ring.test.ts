/** The key ring: reading, sealing, opening, rotation, and tampered texts. */
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  createKeyRing,
  generateKeyRingEntry,
  parseKeyRing,
  UnsealError,
  type KeyRing,
} from "../../../src/platform/crypto/key-ring.js";
import { times } from "../../../testing/long.js";

const MADE_AT = new Date("2026-11-02T23:59:59Z");
const KEY = Buffer.alloc(32, 7).toString("base64");
const OTHER_KEY = Buffer.alloc(32, 8).toString("base64");

function ringOf(text: string): KeyRing {
  const parsed = parseKeyRing(text);
  if ("mistakes" in parsed) throw new Error(parsed.mistakes.join(" "));
  return createKeyRing(parsed.keys);
}

function mistakesOf(text: string): readonly string[] {
  const parsed = parseKeyRing(text);
  return "mistakes" in parsed ? parsed.mistakes : [];
}

function codeOf(open: () => unknown): string | null {
  try {
    open();
    return null;
  } catch (error) {
    return error instanceof UnsealError ? error.code : String(error);
  }
}

describe("reading a key ring", () => {
  test("reads one key or several, with spaces around them", () => {
    expect(mistakesOf(`k1:${KEY}`)).toEqual([]);
    expect(mistakesOf(` new_1:${KEY} ,  old-1:${OTHER_KEY}`)).toEqual([]);
  });

  test("reads a generated key", () => {
    const entry = generateKeyRingEntry(MADE_AT);
    expect(entry).toMatch(/^k20261102-[0-9a-f]{4}:[A-Za-z0-9+/]{43}=$/);
    expect(mistakesOf(`${entry},${generateKeyRingEntry(MADE_AT)}`)).toEqual([]);
  });

  test.each([
    ["", "Entry 1 of 1 is empty."],
    [`k1:${KEY},`, "Entry 2 of 2 is empty."],
    [KEY, "Entry 1 of 1 must be written id:key, with the key as base64 of 32 bytes."],
    [`:${KEY}`, "Entry 1 of 1 must begin with an id of 1 to 32 letters, digits, hyphens and underscores."],
    [`a.b:${KEY}`, "Entry 1 of 1 must begin with an id of 1 to 32 letters, digits, hyphens and underscores."],
    [`k1:${KEY}!`, "Entry 1 of 1 (k1) must have its key in base64, with its padding."],
    [`k1:${KEY.slice(0, -1)}`, "Entry 1 of 1 (k1) must have its key in base64, with its padding."],
    [`k1:${KEY.slice(1)}`, "Entry 1 of 1 (k1) must have its key in base64, with its padding."],
    ["k1:", "Entry 1 of 1 (k1) has a key of 0 bytes; it must have 32."],
    [`k1:${Buffer.alloc(16).toString("base64")}`, "Entry 1 of 1 (k1) has a key of 16 bytes; it must have 32."],
    [`k1:${KEY},k1:${OTHER_KEY}`, "Entry 2 of 2 (k1) has the id of an earlier entry."],
    [`k1:${KEY},k2:${KEY}`, "Entry 2 of 2 (k2) has the key of an earlier entry."],
  ])("names the mistake in %j", (text, mistake) => expect(mistakesOf(text)).toEqual([mistake]));

  test("names all mistakes at once, and contains nothing of a key", () => {
    const mistakes = mistakesOf(`${KEY},k1:${OTHER_KEY.slice(0, 20)},${KEY}:k3`);
    expect(mistakes).toHaveLength(3);
    for (const mistake of mistakes) {
      expect(mistake).not.toContain(KEY.slice(0, 10));
      expect(mistake).not.toContain(OTHER_KEY.slice(0, 10));
    }
  });

  test("a ring without a key is not made", () => expect(() => createKeyRing([])).toThrow("at least one key"));
});

describe("a sealed text", () => {
  const ring = ringOf(`k1:${KEY}`);
  const texts = fc.string({ unit: "binary", maxLength: 300 });

  test("opens in its context as the original text", () => {
    fc.assert(
      fc.property(texts, texts, (plaintext, context) => {
        expect(ring.open(ring.seal(plaintext, context), context)).toBe(plaintext);
      }),
    );
  });

  test("opens in no other context", () => {
    fc.assert(
      fc.property(texts, texts, texts, (plaintext, context, other) => {
        fc.pre(context !== other);
        expect(codeOf(() => ring.open(ring.seal(plaintext, context), other))).toBe("TAMPERED");
      }),
    );
  });

  test("does not open when any character was changed, removed or added", () => {
    const character = fc.constantFrom(..."ABCXYZabcxyz0189-_.+/= kv".split(""));
    fc.assert(
      fc.property(texts, fc.nat(), character, fc.constantFrom(0, 1), fc.boolean(), (plaintext, at, put, cut, swap) => {
        const sealed = ring.seal(plaintext, "context");
        const index = at % sealed.length;
        const changed = sealed.slice(0, index) + (swap || cut === 0 ? put : "") + sealed.slice(index + cut);
        fc.pre(changed !== sealed);
        expect(codeOf(() => ring.open(changed, "context"))).toMatch(/^(TAMPERED|MALFORMED|UNKNOWN_KEY)$/);
      }),
      { numRuns: times(2_000) },
    );
  });

  test("does not open when any bit of nonce, content or tag was flipped", () => {
    const sealed = ring.seal("content", "context");
    const [version, id, encoded = ""] = sealed.split(".");
    const bytes = Buffer.from(encoded, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const turned = Buffer.from(bytes);
      const index = Math.floor(bit / 8);
      turned[index] = (turned[index] ?? 0) ^ (1 << (bit % 8));
      const changed = `${version}.${id}.${turned.toString("base64url")}`;
      expect(codeOf(() => ring.open(changed, "context"))).toBe("TAMPERED");
    }
  });

  test.each([
    "",
    "v1",
    "v1.k1",
    "v1.k1.",
    "v1.k1.AAAA",
    "v2.k1.AAAA",
    "plain text",
    `v1.k1.${randomBytes(40).toString("base64url")}=`,
    `v1.k1.${Buffer.alloc(40, 0xff).toString("base64")}`,
    `v1.k1.${randomBytes(40).toString("base64url")}.more`,
  ])("is not %j", (text) => {
    expect(codeOf(() => ring.open(text, "context"))).toBe("MALFORMED");
    expect(codeOf(() => ring.needsReseal(text))).toBe("MALFORMED");
  });

  test("differs every time, and begins with its version and key id", () => {
    const sealed = Array.from({ length: 50 }, () => ring.seal("content", "context"));
    expect(new Set(sealed).size).toBe(50);
    for (const each of sealed) expect(each).toMatch(/^v1\.k1\.[A-Za-z0-9_-]+$/);
  });

  test("cannot be made of ill-formed Unicode, which would change", () => {
    expect(() => ring.seal("\ud800", "context")).toThrow(TypeError);
  });
});

describe("rotation", () => {
  const before = ringOf(`old:${KEY}`);
  const during = ringOf(`new:${OTHER_KEY},old:${KEY}`);
  const after = ringOf(`new:${OTHER_KEY}`);
  const sealed = before.seal("content", "context");

  test("an old key still opens, and the text needs resealing", () => {
    expect(during.open(sealed, "context")).toBe("content");
    expect(during.needsReseal(sealed)).toBe(true);
    expect(before.needsReseal(sealed)).toBe(false);
  });

  test("the first key seals", () => {
    const resealed = during.seal("content", "context");
    expect(during.needsReseal(resealed)).toBe(false);
    expect(after.open(resealed, "context")).toBe("content");
  });

  test("the error names a key that was removed", () => {
    expect(codeOf(() => after.open(sealed, "context"))).toBe("UNKNOWN_KEY");
    expect(() => after.open(sealed, "context")).toThrow(/"old", which USHER_KEY_RING does not have/);
  });

  test("another key under the same id does not open", () => {
    expect(codeOf(() => ringOf(`old:${OTHER_KEY}`).open(sealed, "context"))).toBe("TAMPERED");
  });

  test("a sealed text does not open under another id of the same key", () => {
    const renamed = ringOf(`renamed:${KEY}`);
    expect(codeOf(() => renamed.open(sealed.replace(".old.", ".renamed."), "context"))).toBe("TAMPERED");
  });
});
