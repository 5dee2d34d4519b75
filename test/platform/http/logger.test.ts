/** The log contains no secret of any name or shape, and describes errors without their statements. */
import { describe, expect, test } from "@jest/globals";
import { createLogger } from "../../../src/platform/telemetry/logger.js";
import { createReference } from "../../../src/platform/telemetry/reference.js";
import { isSecretName, redactText, redactValue } from "../../../src/platform/telemetry/redaction.js";

function record(pretty = false) {
  const lines: string[] = [];
  return {
    lines,
    logger: createLogger({ level: "info", pretty, destination: { write: (line) => void lines.push(line) } }),
  };
}

describe("The log", () => {
  test.each([
    "authorization",
    "Proxy-Authorization",
    "cookie",
    "set-cookie",
    "clientSecret",
    "client_secret",
    "password",
    "newPassword",
    "token",
    "access_token",
    "refreshToken",
    "id_token",
    "code",
    "state",
    "nonce",
    "codeVerifier",
    "SAMLResponse",
    "SAMLRequest",
    "RelayState",
    "apiKey",
    "privateKey",
    "assertion",
    "USHER_KEY_RING",
    "parameters",
  ])("hides the value of %s at any depth", (name) => {
    const { lines, logger } = record();
    logger.info(
      { [name]: "hunter2", request: { list: [{ [name]: "hunter2" }] }, map: new Map([[name, "hunter2"]]) },
      "Something happened.",
    );
    logger.child({ [name]: ["hunter2"] }).warn({}, "Again.");
    expect(lines).toHaveLength(2);
    expect(lines.join("")).not.toContain("hunter2");
  });

  test("keeps codes, states of rows, ids, addresses and times", () => {
    const kept = {
      code: "NOT_FOUND",
      state: "ACTIVE",
      tokenId: "t1",
      tokenEndpoint: "https://idp.example/token",
      secretSetAt: "2026-11-23",
      hasSecret: true,
      email: "a@b.example",
    };
    expect(redactValue(kept)).toEqual(kept);
    for (const name of ["tokenCount", "passwordUrl", "title", "encoder", "statement"]) {
      expect(isSecretName(name)).toBe(false);
    }
  });

  test("hides secrets by their shape in sentences and addresses", () => {
    const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJoIn0.c2lnbmF0dXJl";
    for (const [text, expected] of [
      ["Authorization: Bearer abcdef123456", "Authorization: Bearer [redacted]"],
      [`the token ${jwt} failed`, "the token [redacted] failed"],
      ["mysql://usher:p%40ss@db:3306/usher", "mysql://usher:[redacted]@db:3306/usher"],
      ["GET /callback?code=abc&state=def&iss=x", "GET /callback?code=[redacted]&state=[redacted]&iss=x"],
      ["Duplicate entry 'alice@example.com' for key 'email'", "Duplicate entry '[redacted]' for key 'email'"],
    ]) {
      expect(redactText(String(text))).toBe(expected);
    }
    const { lines, logger } = record();
    logger.error({}, `Refused ${jwt}`);
    expect(lines[0]).not.toContain("eyJ");
  });

  test("describes errors by message, code, stack and cause, never by their statement's values", () => {
    const driver = Object.assign(new Error("Duplicate entry 'alice' for key 'u'"), {
      code: "ER_DUP_ENTRY",
      errno: 1062,
      sql: "INSERT … VALUES ('alice')",
    });
    const error = Object.assign(new Error("insert failed", { cause: driver }), {
      query: "INSERT INTO user VALUES (?)",
      parameters: ["alice"],
      driverError: driver,
    });
    for (const pretty of [false, true]) {
      const { lines, logger } = record(pretty);
      logger.error({ error }, "Saving failed.");
      expect(lines[0]).toContain("insert failed");
      expect(lines[0]).toMatch(/caused by|ER_DUP_ENTRY/);
      expect(lines[0]).toContain("logger.test");
      expect(lines[0]).not.toContain("alice");
    }
  });

  test("copes with cycles, depth, bytes, symbols and any getters", () => {
    const cycle: Record<string, unknown> = {
      bytes: Buffer.from("hunter2"),
      big: 1n,
      at: new Date(0),
      never: new Date(Number.NaN),
      f: () => 1,
      s: Symbol("s"),
      url: new URL("https://u:hunter2@x/?code=hunter2"),
    };
    cycle["self"] = cycle;
    let deep: object = { password: "hunter2" };
    for (let level = 0; level < 50; level += 1) {
      deep = { deep };
    }
    const { lines, logger } = record();
    logger.info({ cycle, deep, long: "x".repeat(100_000) }, "Odd.");
    expect(lines[0]).toContain("[circular]");
    expect(lines[0]).toContain("1970-01-01T00:00:00.000Z");
    expect(lines[0]).not.toContain("hunter2");
    expect(lines[0]?.length).toBeLessThan(20_000);
  });

  test("writes lines of its level and above, with the time and a child's bindings", () => {
    const { lines, logger } = record();
    logger.debug({}, "Not this.");
    logger.child({ room: "scim" }).warn({ rows: 2 }, "This.");
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      { level: "warn", time: expect.stringMatching(/^\d{4}-.*Z$/), room: "scim", rows: 2, msg: "This." },
    ]);
    const people = record(true);
    people.logger.info({ rows: 2 }, "This.");
    expect(people.lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}This\. {2}rows=2\n$/);
  });
});

test("References have ten unambiguous characters, and do not repeat", () => {
  const references = Array.from({ length: 1_000 }, () => createReference());
  expect(new Set(references).size).toBe(1_000);
  expect(references.every((reference) => /^[0-9A-HJKMNP-TV-Z]{10}$/.test(reference))).toBe(true);
});
