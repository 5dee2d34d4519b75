/** Addresses to which a sign-in may return: a table of tricks, and a property that holds for every input. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { resolveReturnTo, type ReturnRules } from "../../src/sign-in/return-to.js";
import { times } from "../../testing/long.js";

const RULES: ReturnRules = {
  publicUrl: "https://usher.example",
  prefixes: [
    "https://app.example/app",
    "https://learn.example:8443/",
    "https://files.example/a/b/",
    "http://127.0.0.1/x",
  ],
};
const ORIGINS = ["https://usher.example", ...RULES.prefixes.map((prefix) => new URL(prefix).origin)];

describe("where a sign-in returns to", () => {
  it.each([
    ["/", "https://usher.example/"],
    ["/o/acme?tab=1#top", "https://usher.example/o/acme?tab=1#top"],
    ["/..//evil.example", "https://usher.example//evil.example"],
    ["/@evil.example", "https://usher.example/@evil.example"],
    ["https://usher.example/graphql", "https://usher.example/graphql"],
    ["https://usher.example:443/x", "https://usher.example/x"],
    ["https://app.example/app", "https://app.example/app"],
    ["https://app.example/app/course/1?next=%2Fhome", "https://app.example/app/course/1?next=%2Fhome"],
    ["https://app.example/app?next=https://evil.example", "https://app.example/app?next=https://evil.example"],
    ["https://learn.example:8443/anything", "https://learn.example:8443/anything"],
    ["https://files.example/a/b/c", "https://files.example/a/b/c"],
  ])("allows %j", (returnTo, address) => {
    expect(resolveReturnTo(returnTo, RULES)).toBe(address);
  });

  it.each([
    // Other hosts, disguised in ways that browsers accept.
    ["https://evil.example/"],
    ["//evil.example"],
    ["//usher.example/"],
    ["///evil.example"],
    ["/\\evil.example"],
    ["\\\\evil.example"],
    ["\\/evil.example"],
    ["https:evil.example"],
    ["https:/evil.example"],
    ["https:///evil.example"],
    ["https:\\\\evil.example"],
    ["https://evil.example\\@usher.example/"],
    ["evil.example"],
    ["?next=1"],
    ["#top"],
    // User information in front of the host hides the real host from a reader.
    ["https://usher.example@evil.example/"],
    ["https://usher.example:443@evil.example/"],
    ["https://somebody@usher.example/"],
    ["https://some:body@usher.example/"],
    ["https://:@usher.example%2f@evil.example/"],
    // Look-alikes of an allowed origin.
    ["https://usher.example.evil.example/"],
    ["https://usher.exampleevil/"],
    ["https://usher.example:8443/"],
    ["http://usher.example/"],
    ["https://app.example:444/app"],
    ["http://app.example/app"],
    ["https://learn.example/anything"],
    ["http://127.0.0.1:8080/x"],
    ["http://2130706433/y"],
    // Paths that are not below the prefix, or that a server may decode to such a path.
    ["https://app.example/"],
    ["https://app.example/apple"],
    ["https://app.example/app-other"],
    ["https://app.example/APP"],
    ["https://app.example/app/../admin"],
    ["https://app.example/app/%2e%2e/admin"],
    ["https://app.example/app/%2e%2E%2fadmin"],
    ["https://app.example/app/..%2fadmin"],
    ["https://app.example/app/..%5cadmin"],
    ["https://app.example/app%2f..%2fadmin"],
    ["https://app.example/app/%00"],
    ["https://files.example/a/b"],
    ["https://files.example/a/bc"],
    ["/%2f/evil.example"],
    ["/%5cevil.example"],
    // These schemes are not allowed.
    ["javascript:alert(1)"],
    ["JaVaScRiPt:alert(1)"],
    ["javascript://usher.example/%0aalert(1)"],
    ["data:text/html,<script>alert(1)</script>"],
    ["blob:https://usher.example/1"],
    ["ftp://usher.example/"],
    ["ws://usher.example/"],
    ["view-source:https://usher.example/"],
    // Browsers remove or replace these characters, so they would visit an address that Usher did not check.
    ["/\t/evil.example"],
    ["/\n/evil.example"],
    ["\thttps://usher.example/"],
    [" https://usher.example/"],
    ["https://usher.example/\r\nSet-Cookie: a=b"],
    ["java\nscript:alert(1)"],
    ["/\u0000"],
    ["/a b"],
    ["/\u00a0"],
    ["/\u007f"],
    // Values that are not strings, or too long.
    [""],
    [undefined],
    [null],
    [7],
    [["/", "/"]],
    [{ toString: () => "/" }],
    ["https://[::1"],
    ["https://usher.example:99999/"],
  ])("ignores %j", (returnTo) => {
    expect(resolveReturnTo(returnTo, RULES)).toBeNull();
  });

  it("ignores addresses that are longer than browsers and proxies accept", () => {
    expect(resolveReturnTo(`/${"a".repeat(2_047)}`, RULES)).not.toBeNull();
    expect(resolveReturnTo(`/${"a".repeat(2_048)}`, RULES)).toBeNull();
  });

  it("returns only absolute addresses of allowed origins, for every input", () => {
    const separators = [
      "/",
      "//",
      "\\",
      "http",
      "https",
      ":",
      "@",
      ".",
      "..",
      "%2f",
      "%5c",
      "%2e",
      "?",
      "#",
      "\t",
      "\n",
    ];
    const names = [
      "usher.example",
      "app.example",
      "/app",
      "evil.example",
      "javascript:",
      "[::1]",
      ":443",
      "\u3002",
      "\uff0f",
    ];
    const piece = fc.constantFrom(...separators, ...names);
    const returnTo = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
      fc.array(piece, { maxLength: 8 }).map((pieces) => `https://usher.example${pieces.join("")}`),
      fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join("")}`),
      fc.anything(),
    );
    fc.assert(
      fc.property(returnTo, (value) => {
        const answer = resolveReturnTo(value, RULES);
        if (answer === null) return;
        const url = new URL(answer);
        expect(ORIGINS).toContain(url.origin);
        expect(answer.startsWith(`${url.origin}/`)).toBe(true);
        expect([url.username, url.password]).toEqual(["", ""]);
        // The meaning of a relative reference depends on the page that contains it.
        expect(new URL(answer, "https://elsewhere.example/").href).toBe(answer);
      }),
      { numRuns: times(5_000) },
    );
  });
});
