/** Tokens and their hashes. */
import { describe, expect, test } from "@jest/globals";
import { hashToken, issueToken, sha256Hex } from "../../../src/platform/crypto/tokens.js";

describe("an issued token", () => {
  test("has its prefix, 256 random bits, and the hash under which it is found", () => {
    const { token, hash } = issueToken("usher_key_");
    expect(token).toMatch(/^usher_key_[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(token.slice("usher_key_".length), "base64url")).toHaveLength(32);
    expect(hash).toBe(hashToken(token));
    expect(hash).not.toContain(token);
  });

  test("is never issued twice", () => {
    expect(new Set(Array.from({ length: 1_000 }, () => issueToken("t_").token)).size).toBe(1_000);
  });
});

describe("a hash", () => {
  test.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["é", "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"],
  ])("of %j is SHA-256 of its UTF-8", (text, hash) => expect(sha256Hex(text)).toBe(hash));

  test("differs for texts that databases compare as equal", () => {
    const texts = [
      "sub",
      "sub ",
      "SUB",
      "süb",
      "su\u0308b",
      "sub\0",
      "🙂",
      "🙃",
      "\ud800",
      "\ud801",
      "\udc00",
      "\ufffd",
    ];
    expect(new Set(texts.map(sha256Hex)).size).toBe(texts.length);
  });
});
