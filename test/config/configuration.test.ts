/** Reading the environment: the defaults, and messages that report every mistake at once. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { findKeyRingMistake } from "../../src/app/load-key-ring.js";
import { ConfigurationError, readConfiguration } from "../../src/config/configuration.js";
import { findDatabaseUrlMistake } from "../../src/platform/database/database-url.js";

const KEY_RING = `one:${Buffer.alloc(32, 1).toString("base64")}`;
const read = (environment: Record<string, string | undefined> = {}) =>
  readConfiguration(environment, { databaseUrl: findDatabaseUrlMistake, keyRing: findKeyRingMistake });

/** The names of the wrong variables, in the order of the message. */
function mistaken(environment: Record<string, string | undefined>): string[] {
  try {
    read(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.mistakes.map((mistake) => mistake.split(" ")[0]!);
  }
}

describe("the environment", () => {
  it("may be empty: the defaults are development, a SQLite file and port 4000", () => {
    expect(read()).toMatchObject({
      production: false,
      port: 4000,
      publicUrl: "http://localhost:4000",
      databaseUrl: "sqlite:data/usher.sqlite",
      dataDirectory: "./data",
      keyRing: null,
      operatorKey: null,
      allowedPrivateHosts: [],
      allowedOrigins: ["http://localhost:4000"],
      returnUrls: [],
      trustedProxies: [],
      forwardedHeader: "x-forwarded-for",
      rateLimits: true,
      connectionTypePackages: [],
      attemptRetentionDays: 180,
      introspection: true,
    });
    expect(Object.isFrozen(read())).toBe(true);
    expect(read({ PORT: " ", USHER_URL: "" })).toEqual(read());
    expect(read({ PORT: "65535" }).port).toBe(65_535);
  });

  it("reports every mistake at once with its variable, and does not repeat secrets", () => {
    const environment = {
      NODE_ENV: "production",
      PORT: "99999",
      USHER_URL: "http://usher.example/path",
      DATABASE_URL: "postgres://user:pa55word@host/db",
      USHER_OPERATOR_KEY: "too-short-a-secret",
      USHER_ALLOWED_PRIVATE_HOSTS: "https://id.internal",
      USHER_ALLOWED_ORIGINS: "app.example",
      USHER_RETURN_URLS: "https://user@app.example/",
      USHER_TRUSTED_PROXIES: "10.0.0.0/8,proxy.internal",
      USHER_GOOGLE_ISSUER: "https://evil.example",
      USHER_FORWARDED_HEADER: "x-real-ip",
      USHER_RATE_LIMITS: "no",
      USHER_SIGN_IN_ATTEMPT_DAYS: "0",
      USHER_LOG_LEVEL: "loud",
      USHER_OPERATOR_CONTACT: "call us",
    };
    expect(mistaken(environment).toSorted()).toEqual([
      "DATABASE_URL",
      "PORT",
      "USHER_ALLOWED_ORIGINS",
      "USHER_ALLOWED_PRIVATE_HOSTS",
      "USHER_FORWARDED_HEADER",
      "USHER_GOOGLE_ISSUER",
      "USHER_KEY_RING",
      "USHER_LOG_LEVEL",
      "USHER_OPERATOR_CONTACT",
      "USHER_OPERATOR_KEY",
      "USHER_RATE_LIMITS",
      "USHER_RETURN_URLS",
      "USHER_SIGN_IN_ATTEMPT_DAYS",
      "USHER_TRUSTED_PROXIES",
      "USHER_URL",
      "USHER_URL",
    ]);
    expect(() => read(environment)).toThrow(/^The configuration has 16 mistakes:\n {2}- /);
    for (const secret of ["pa55word", "too-short-a-secret"])
      expect(() => read(environment)).not.toThrow(
        expect.objectContaining({ message: expect.stringContaining(secret) }),
      );
  });

  it("takes an e-mail address or an https URL as the operator's contact", () => {
    expect(read().operatorContact).toBeNull();
    for (const contact of ["help@operator.example", "https://help.operator.example/sso?from=usher"])
      expect(read({ USHER_OPERATOR_CONTACT: ` ${contact} ` }).operatorContact).toBe(contact);
    for (const contact of [
      "http://help.operator.example",
      "javascript:alert(1)",
      "https://user:secret@operator.example",
      "help@operator.example\nBcc: all@acme.example",
      "Help <help@operator.example>",
      "https://operator.example/\u202e",
      `https://operator.example/${"a".repeat(300)}`,
    ])
      expect([contact, mistaken({ USHER_OPERATOR_CONTACT: contact })]).toEqual([contact, ["USHER_OPERATOR_CONTACT"]]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ["production without a key ring", { NODE_ENV: "production" }, ["USHER_KEY_RING"]],
    ["a shared database without a key ring", { DATABASE_URL: "mysql://u:p@db.internal/usher" }, ["USHER_KEY_RING"]],
    ["a key ring with a short key", { USHER_KEY_RING: "one:c2hvcnQ=" }, ["USHER_KEY_RING"]],
    ["a key ring without a name", { USHER_KEY_RING: Buffer.alloc(32).toString("base64") }, ["USHER_KEY_RING"]],
    [
      "production over plain http",
      { NODE_ENV: "production", USHER_KEY_RING: KEY_RING, USHER_URL: "http://usher.example" },
      ["USHER_URL"],
    ],
    [
      "production over https",
      { NODE_ENV: "production", USHER_KEY_RING: KEY_RING, USHER_URL: "https://usher.example" },
      [],
    ],
    [
      "production on this machine",
      { NODE_ENV: "production", USHER_KEY_RING: KEY_RING, USHER_URL: "http://127.0.0.1:4000" },
      [],
    ],
    [
      "production on a host name that begins with localhost",
      { NODE_ENV: "production", USHER_KEY_RING: KEY_RING, USHER_URL: "http://localhost.example" },
      ["USHER_URL"],
    ],
    ["an address that is not http", { USHER_URL: "ftp://usher.example" }, ["USHER_URL"]],
    ["an address with a user", { USHER_URL: "https://user@usher.example" }, ["USHER_URL"]],
    ["an unknown environment", { NODE_ENV: "prod" }, ["NODE_ENV"]],
    ["packages of connection types", { USHER_CONNECTION_TYPES: "@acme/usher-cas, usher-portal" }, []],
    ["a file instead of a package", { USHER_CONNECTION_TYPES: "./cas.js" }, ["USHER_CONNECTION_TYPES"]],
    ["a file inside a package", { USHER_CONNECTION_TYPES: "@acme/usher-cas/cas.js" }, ["USHER_CONNECTION_TYPES"]],
    ["a port in words", { PORT: "http" }, ["PORT"]],
    ["a database without a scheme", { DATABASE_URL: "./usher.sqlite" }, ["DATABASE_URL"]],
    [
      "a stand-in for a cloud in production",
      { NODE_ENV: "production", USHER_KEY_RING: KEY_RING, USHER_GRAPH_URL: "http://127.0.0.1:1" },
      ["USHER_GRAPH_URL"],
    ],
    [
      "an allowed stand-in for a cloud in production",
      {
        NODE_ENV: "production",
        USHER_KEY_RING: KEY_RING,
        USHER_GRAPH_URL: "http://127.0.0.1:1",
        USHER_ALLOWED_PRIVATE_HOSTS: "127.0.0.1:1",
      },
      [],
    ],
    ["a return address with a query", { USHER_RETURN_URLS: "https://app.example/?x=1" }, ["USHER_RETURN_URLS"]],
    ["a return address of another scheme", { USHER_RETURN_URLS: "javascript:alert(1)" }, ["USHER_RETURN_URLS"]],
    ["an origin with a path", { USHER_ALLOWED_ORIGINS: "https://app.example/" }, ["USHER_ALLOWED_ORIGINS"]],
  ])("%s", (_name, environment, names) => {
    expect(mistaken(environment)).toEqual(names);
  });

  it("reports unknown variables that begin with USHER_, except those of Kubernetes", () => {
    const environment = {
      USHER_ALOWED_ORIGINS: "https://app.example",
      USHER_SERVICE_HOST: "10.0.0.1",
      USHER_PORT: "tcp://10.0.0.1:80",
      USHER_PORT_80_TCP_ADDR: "10.0.0.1",
      USHER_LOG_LEVEL: "error",
      SMTP_URI: "smtp://x",
    };
    expect(read(environment).unknownVariables).toEqual(["USHER_ALOWED_ORIGINS"]);
    const documented = readFileSync("docs/operators.md", "utf8").matchAll(/^\| `(USHER_\w+)`/gm);
    const all = Object.fromEntries([...documented].map(([, name]) => [name!, ""]));
    expect(Object.keys(all)).toContain("USHER_KEY_RING");
    expect(read(all).unknownVariables).toEqual([]);
  });

  it("hides introspection in production unless it is switched on", () => {
    const production = { NODE_ENV: "production", USHER_KEY_RING: KEY_RING };
    expect(read(production).introspection).toBe(false);
    expect(read({ ...production, USHER_INTROSPECTION: "on" }).introspection).toBe(true);
    expect(read({ USHER_INTROSPECTION: "off" }).introspection).toBe(false);
  });
});
