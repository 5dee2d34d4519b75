/** The operator's list of private hosts. */
import { describe, expect, test } from "@jest/globals";
import { createIsAllowed, hostOf, portOf } from "../../../src/platform/fetch/allowed-hosts.js";

function isAllowed(entries: readonly string[], address: string): boolean {
  const url = new URL(address);
  return createIsAllowed(entries)(hostOf(url), portOf(url));
}

describe("an allowed private host", () => {
  test.each([
    ["id.corp.example", "https://id.corp.example/"],
    ["id.corp.example", "https://id.corp.example:8443/"],
    ["id.corp.example", "http://ID.corp.example./"],
    ["ID.Corp.example", "https://id.corp.example/"],
    ["id.corp.example:443", "https://id.corp.example/"],
    ["id.corp.example:80", "http://id.corp.example/"],
    ["id.corp.example:8443", "https://id.corp.example:8443/"],
    ["127.0.0.1:9000", "http://127.0.0.1:9000/"],
    ["127.0.0.1", "http://0x7f.1:9000/"],
    ["::1", "http://[::1]:9000/"],
    ["[::1]", "http://[::1]/"],
    ["[::1]:9000", "http://[0:0:0:0:0:0:0:1]:9000/"],
  ])("%s allows %s", (entry, url) => expect(isAllowed([entry], url)).toBe(true));

  test.each([
    ["id.corp.example:8443", "https://id.corp.example/"],
    ["id.corp.example:8443", "https://id.corp.example:8444/"],
    ["id.corp.example", "https://evil.id.corp.example/"],
    ["id.corp.example", "https://corp.example/"],
    ["id.corp.example", "https://id.corp.example.evil.example/"],
    ["[::1]:9000", "http://[::1]:9001/"],
    ["127.0.0.1", "http://127.0.0.2/"],
    ["id.corp.example", "https://id.corp.example:1@evil.example/"],
  ])("%s does not allow %s", (entry, url) => expect(isAllowed([entry], url)).toBe(false));

  test("all entries that cannot be read are named at once", () => {
    const bad = [
      "",
      "http://id.corp.example",
      "*.corp.example",
      "a b",
      "host:",
      "host:0",
      "host:70000",
      "u@host",
      "host/x",
    ];
    expect(() => createIsAllowed(["fine.example", ...bad])).toThrow(
      `USHER_ALLOWED_PRIVATE_HOSTS: neither "host" nor "host:port": ${bad.map((each) => JSON.stringify(each)).join(", ")}`,
    );
  });
});
