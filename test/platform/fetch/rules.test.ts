/** The rules for an address at the time when it is saved. */
import { createRequire } from "node:module";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { Fetch, ParseContext } from "../../../src/connection/contract/index.js";
import { createGuardedFetch } from "../../../src/platform/fetch/guarded-fetch.js";
import { HOSTILE_HOSTS } from "./addresses.js";

const guarded = createGuardedFetch({ allowedPrivateHosts: ["id.corp.example:8080", "10.0.0.7"] });
const rules: ParseContext = guarded.rules;
afterAll(() => guarded.close());

test("connection types get the guarded fetch", () => {
  const fetch: Fetch = guarded.fetch;
  expect(fetch).toBe(guarded.fetch);
});

/** The ports that a different implementation of the Fetch standard blocks. */
const constants: unknown = createRequire(import.meta.url)("undici/lib/web/fetch/constants.js");

test("the blocked ports are those of the Fetch standard", () => {
  const blocked = Array.from({ length: 65_535 }, (_, index) => index + 1).filter(
    (port) => rules.serverUrl(new URL(`https://id.example.com:${port}/`)) !== null,
  );
  expect(constants).toMatchObject({ badPorts: blocked.map(String) });
});

describe("an address that the server requests", () => {
  test.each(HOSTILE_HOSTS)("%s is refused (%s)", (host) => {
    expect(rules.serverUrl(new URL(`https://${host}/`))).toMatch(
      /^must be at a public address, .*USHER_ALLOWED_PRIVATE/,
    );
  });

  test.each(["localhost", "LOCALHOST.", "id.localhost", "localhost:8443"])("%s is refused", (host) => {
    expect(rules.serverUrl(new URL(`https://${host}/`))).toMatch(/^must be at a public address/);
  });

  test.each(["https://id.example.com/", "https://id.example.com:8443/a?b", "https://8.8.8.8/", "https://mylocalhost/"])(
    "%s is accepted",
    (url) => expect(rules.serverUrl(new URL(url))).toBeNull(),
  );

  test.each([
    "https://10.0.0.7/",
    "http://10.0.0.7:81/",
    "http://id.corp.example:8080/",
    "https://id.corp.example:8080",
  ])("%s is accepted because the operator allows it", (url) => expect(rules.serverUrl(new URL(url))).toBeNull());
});

describe.each(["serverUrl", "browserUrl"] as const)("%s", (rule) => {
  test.each(["http://id.example.com/", "http://id.corp.example/", "http://id.corp.example:8081/"])(
    "%s is refused for being plain http",
    (url) => expect(rules[rule](new URL(url))).toMatch(/^must begin with https:\/\/; the operator can allow/),
  );

  test.each([
    "ftp://id.example.com/",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "ws://10.0.0.7/",
  ])("%s is refused for its scheme", (url) => expect(rules[rule](new URL(url))).toBe("must begin with https://"));

  test.each(["https://user@id.example.com/", "https://:word@id.example.com/", "http://user:word@10.0.0.7/"])(
    "%s is refused for its credentials",
    (url) => expect(rules[rule](new URL(url))).toBe("must not contain a user name or a password"),
  );
});

describe("an address that only browsers are sent to", () => {
  test.each(["https://10.1.2.3/", "https://localhost/", "https://[fd00::1]/", "https://intranet/", "http://10.0.0.7/"])(
    "%s is accepted though it is private",
    (url) => expect(rules.browserUrl(new URL(url))).toBeNull(),
  );
});
