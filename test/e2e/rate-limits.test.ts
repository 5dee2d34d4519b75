/** Data that anonymous callers can make an installation store: limited for each address, and deleted after a time. */
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { buildSchema } from "graphql";
import { migrations } from "../../migrations/index.js";
import { SYSTEM } from "../../src/access/caller.js";
import { createBegin } from "../../src/access/unit-of-work.js";
import { entities } from "../../src/entities.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import { migrate } from "../../src/platform/database/migrations.js";
import { sweepAttempts } from "../../src/sign-in/attempt/attempt.repository.js";
import {
  LOGOUT_REFUSALS_A_MINUTE,
  PASSWORDS_A_MINUTE,
  PASSWORDS_OF_ACCOUNT_A_MINUTE,
  REFUSALS_A_MINUTE,
  STARTS_A_MINUTE,
  UNKNOWN_ORGANIZATIONS_A_MINUTE,
} from "../../src/sign-in/limits.js";
import { createBrowser } from "../../testing/browser.js";
import { openTestDatabase } from "../support/database.js";
import { readDatabaseImage, WRITTEN_BY_UPKEEP } from "../support/database-image.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createLogger } from "../../src/platform/telemetry/logger.js";
import { describeSchema } from "../../src/app/describe-schema.js";
import { emitSchema } from "../../src/platform/graphql/schema.js";
import { largestRequest } from "../support/largest-request.js";
import { createTenant, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

/** No password is right, and verifying costs nothing. */
jest.unstable_mockModule("@node-rs/argon2", () => ({ verify: async () => false }));

const logged: string[] = [];
let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
/** The clocks of Usher and of the provider stand still, so that no test depends on its own duration. */
const now = new Date();
beforeAll(async () => {
  usher = await startTestUsher({
    clock: () => now,
    environment: { USHER_TRUSTED_PROXIES: "127.0.0.1,::1" },
    logger: createLogger({ level: "info", destination: { write: (line) => void logged.push(line) } }),
  });
  provider = await startHostileOpenIdProvider({ now: () => now });
  tenant = await createTenant(usher, provider);
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

/** Sends a request from a network address, with additional headers. */
const open = async (url: string, address: string, init: RequestInit = {}, headers: Record<string, string> = {}) =>
  await fetch(url, {
    redirect: "manual",
    ...init,
    headers: { "x-forwarded-for": address, accept: "text/html", ...headers },
  });

/** Sends a request many times, eight at once, and returns the number of responses by status. */
async function sendMany(times: number, request: () => Promise<Response>): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {};
  let left = times;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      const response = await request();
      const { status } = response;
      // An unread response keeps its connection open, so the test's process would not end.
      await response.arrayBuffer();
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return statuses;
}

const rowsOf = async (...tables: string[]) => {
  const image = await readDatabaseImage(usher.databaseUrl, WRITTEN_BY_UPKEEP);
  return tables.map((table) => Number.parseInt(image[table] ?? "", 10));
};

describe("an anonymous caller at one address", () => {
  it("can begin a limited number of sign-ins a minute; further requests write nothing", async () => {
    const request = () => open(tenant.startUrl, "198.51.100.1");
    expect(await sendMany(STARTS_A_MINUTE, request)).toEqual({ 303: STARTS_A_MINUTE });
    const before = await readDatabaseImage(usher.databaseUrl, WRITTEN_BY_UPKEEP);
    expect(await sendMany(20, request)).toEqual({ 429: 20 });
    expect(await readDatabaseImage(usher.databaseUrl, WRITTEN_BY_UPKEEP)).toEqual(before);

    const refused = await request();
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(await refused.text()).toContain("Too many requests. Try again in 60 s.");
    const forPrograms = await open(tenant.startUrl, "198.51.100.1", {}, { accept: "application/json" });
    expect(await forPrograms.json()).toMatchObject({ error: { code: "RATE_LIMITED" } });
  });

  it("does not limit a different address", async () => {
    expect((await open(tenant.startUrl, "198.51.100.2")).status).toBe(303);
    const browser = createBrowser();
    await tenant.signIn(browser);
    expect(await whoIsSignedIn(browser, usher)).toBe("alice@acme.test");
  });

  it("can cause a limited number of refusals at all routes; further requests write nothing", async () => {
    const at = (path: string, init: RequestInit = {}) =>
      open(`${usher.url}/sso/${tenant.connectionId}/${path}?state=x&code=y`, "198.51.100.3", init);
    const [before = 0] = await rowsOf("sign_in_attempt");
    const statuses = await sendMany(REFUSALS_A_MINUTE + 40, () => at("callback"));
    const [after = 0] = await rowsOf("sign_in_attempt");
    // Requests that began before the limit was reached are answered.
    expect(statuses["429"]).toBeGreaterThanOrEqual(32);
    expect(after - before).toBe(REFUSALS_A_MINUTE + 40 - (statuses["429"] ?? 0));

    const image = await readDatabaseImage(usher.databaseUrl, WRITTEN_BY_UPKEEP);
    const form = new URLSearchParams({ SAMLResponse: "eA==", RelayState: "x" });
    expect((await at("callback")).status).toBe(429);
    expect((await at("acs")).status).toBe(429);
    expect((await at("acs", { method: "POST", body: form })).status).toBe(429);
    expect((await at("elsewhere")).status).toBe(429);
    for (const method of ["GET", "POST"])
      expect((await open(`${usher.url}/sign-in/link/usher_link_x`, "198.51.100.3", { method })).status).toBe(429);
    expect(await readDatabaseImage(usher.databaseUrl, WRITTEN_BY_UPKEEP)).toEqual(image);
  });

  it.each(["callback", "acs", "elsewhere"])("counts refusals at the %s", async (path) => {
    const [before = 0] = await rowsOf("rate_limit");
    await open(`${usher.url}/sso/${tenant.connectionId}/${path}?state=x&code=y`, `198.51.100.9${path.length}`);
    expect(await rowsOf("rate_limit")).toEqual([before + 1]);
  });

  it.each([
    ["backchannel-logout", "POST", "198.51.100.10"],
    ["logout?state=x&state=y", "GET", "198.51.100.11"],
  ])(
    "can cause a limited number of refused logout messages, and sign in all the same: %s",
    async (path, method, address) => {
      const request = () => open(`${usher.url}/sso/${tenant.connectionId}/${path}`, address, { method });
      const [before = 0] = await rowsOf("sign_in_attempt");
      const statuses = await sendMany(LOGOUT_REFUSALS_A_MINUTE + 40, request);
      expect(statuses["400"]).toBeGreaterThanOrEqual(LOGOUT_REFUSALS_A_MINUTE);
      expect(statuses["429"]).toBeGreaterThanOrEqual(32);
      expect(await rowsOf("sign_in_attempt")).toEqual([before]);
      expect((await open(tenant.startUrl, address)).status).toBe(303);
    },
  );

  it.each([
    ["/o/no-such-organization", "198.51.100.6"],
    ["/sign-in?organization=no-such-organization", "198.51.100.7"],
  ])("can look up a limited number of organizations that do not exist: %s", async (path, address) => {
    const statuses = await sendMany(UNKNOWN_ORGANIZATIONS_A_MINUTE + 20, () => open(`${usher.url}${path}`, address));
    expect(statuses["404"]).toBeLessThanOrEqual(UNKNOWN_ORGANIZATIONS_A_MINUTE + 8);
    expect(statuses["429"]).toBeGreaterThanOrEqual(12);
    // The limit does not show which organizations exist.
    expect((await open(`${usher.url}/o/${tenant.slug}`, address)).status).toBe(429);
  });

  it("can try a limited number of passwords a minute, and all addresses together for one account", async () => {
    const browser = createBrowser();
    const url = `${usher.url}/o/${tenant.slug}/password`;
    const page = await browser.get(url);
    const cookie = browser.cookiesFor(url).map(({ name, value }) => `${name}=${value}`);
    const attempt = (login: string, address: string) => {
      const body = new URLSearchParams({ ...page.forms[0]!.fields, login, password: "wrong" });
      return open(url, address, { method: "POST", body }, { cookie: cookie.join("; ") });
    };
    const alone = () => attempt("nobody@acme.test", "198.51.100.40");
    expect(await sendMany(PASSWORDS_A_MINUTE, alone)).toEqual({ 403: PASSWORDS_A_MINUTE });
    const written = await rowsOf("sign_in_attempt");
    expect(await sendMany(8, alone)).toEqual({ 429: 8 });
    expect(await rowsOf("sign_in_attempt")).toEqual(written);
    let turn = 0;
    const together = () => attempt("ANYBODY@acme.test ", `198.51.100.${41 + ((turn += 1) % 4)}`);
    expect(await sendMany(PASSWORDS_OF_ACCOUNT_A_MINUTE, together)).toEqual({ 403: PASSWORDS_OF_ACCOUNT_A_MINUTE });
    expect((await attempt("anybody@acme.test", "198.51.100.49")).status).toBe(429);
    expect((await attempt("another@acme.test", "198.51.100.49")).status).toBe(403);
  });

  it("cannot choose its address if no proxy is trusted", async () => {
    const alone = await startTestUsher();
    try {
      let count = 0;
      const request = () => open(`${alone.url}/o/no-such-organization`, `198.51.100.${(count += 1) % 250}`);
      const statuses = await sendMany(UNKNOWN_ORGANIZATIONS_A_MINUTE + 20, request);
      expect(statuses["429"]).toBeGreaterThanOrEqual(12);
    } finally {
      await alone.stop();
    }
  });
});

describe("a sign-in that succeeds", () => {
  it("does not count as a refusal", async () => {
    const browser = createBrowser();
    const [before] = await rowsOf("rate_limit");
    await browser.get(await tenant.authenticate(browser));
    const [after] = await rowsOf("rate_limit");
    expect(await whoIsSignedIn(browser, usher)).toBe("alice@acme.test");
    expect(after).toBe(before);
  });
});

/** The number of bytes for the URL or a header in one request. Node reads 16 KiB of headers. */
const HEADER_BYTES = 15_000;
const repeat = (text: string, bytes: number) => text.repeat(Math.floor(bytes / text.length));
/** The largest input of each shape that fits into this number of bytes of `name=value` pairs. */
const pairs = (name: string, bytes: number): readonly (readonly [string, string])[] => [
  ["one long value", `${name}=${repeat("x", bytes)}`],
  ["one long name", `${repeat("x", bytes)}=1`],
  [
    "many names",
    Array.from({ length: bytes / 8 }, (_, index) => `a${index}=1`)
      .join("&")
      .slice(0, bytes),
  ],
  ["one name many times", repeat(`${name}=1&`, bytes)],
  ["nested names", `${name}${repeat("[a]", bytes)}=1`],
  ["escapes", `${name}=${repeat("%3C", bytes)}`],
  ["broken escapes", `${name}=${repeat("%", bytes)}`],
];
const FORM_BYTES = 600 * 1024 - 1_000;

describe("the largest requests of an anonymous caller", () => {
  /** The number of bytes that the installation wrote for a request: to the client and to its log. */
  const written = async (request: () => Promise<Response>) => {
    const before = logged.length;
    const response = await request();
    const answer = await response.text();
    // The log line is written after the response. Node refuses headers beyond its limit, and Usher logs nothing then.
    expect(response.status).not.toBe(431);
    while (logged.length === before) await new Promise((resolve) => setImmediate(resolve));
    return { status: response.status, answer: answer.length, log: logged.slice(before).join("").length };
  };
  const expectSmall = ({ status, answer, log }: Awaited<ReturnType<typeof written>>, most: number) => {
    expect(status).not.toBe(429);
    expect(status).toBeLessThan(500);
    expect(answer).toBeLessThan(most);
    expect(log).toBeLessThan(1_500);
  };
  const parameters = (): readonly (readonly [string, string])[] => [
    ["/sign-in", "organization"],
    ["/sign-in", "returnTo"],
    [`/o/${tenant.slug}`, "returnTo"],
    [`/sso/${tenant.connectionId}/start`, "login_hint"],
    [`/sso/${tenant.connectionId}/start`, "returnTo"],
    [`/sso/${tenant.connectionId}/callback`, "state"],
    [`/sso/${tenant.connectionId}/callback`, "error_description"],
    [`/sso/${tenant.connectionId}/callback`, "iss"],
    [`/sso/${tenant.connectionId}/acs`, "ticket"],
    [`/sso/${tenant.connectionId}/logout`, "SAMLResponse"],
    [`/sso/${tenant.connectionId}/metadata`, "x"],
    ["/sign-in/link/usher_link_x", "x"],
    ["/graphql", "query"],
    ["/graphql", "variables"],
    ["/graphql", "extensions"],
  ];

  it("are answered and logged in few bytes: query strings", async () => {
    let address = 0;
    for (const [path, name] of parameters())
      for (const [, query] of pairs(name, HEADER_BYTES)) {
        const at = `203.0.113.${(address += 1) % 250}`;
        // A page contains the returnTo more than once, escaped for the URL and for HTML.
        expectSmall(await written(() => open(`${usher.url}${path}?${query}`, at)), 12_000);
      }
  });

  it("are answered and logged in few bytes: paths", async () => {
    for (const path of ["/", "/o/", "/sso/", "/sign-in/link/", `/sso/${tenant.connectionId}/`])
      for (const long of [repeat("x", HEADER_BYTES), repeat("x/", HEADER_BYTES), repeat("%3C", HEADER_BYTES)])
        expectSmall(await written(() => open(`${usher.url}${path}${long}`, "192.0.2.1")), 2_500);
  });

  it("are answered and logged in few bytes: headers", async () => {
    const shapes = ["x", "a=b; ", "a,", `usher-session=x; `, "for=1;", '"', "é"].map((part) => repeat(part, 12_000));
    for (const name of [
      "cookie",
      "authorization",
      "x-request-id",
      "user-agent",
      "origin",
      "accept-language",
      "forwarded",
    ])
      for (const value of shapes) {
        const headers = { [name]: value };
        expectSmall(await written(() => open(`${usher.url}/sign-in`, "192.0.2.2", {}, headers)), 2_500);
        const body = JSON.stringify({ query: "{ viewer { permissions } }" });
        const init = { method: "POST", body };
        const typed = { ...headers, "content-type": "application/json" };
        expectSmall(await written(() => open(`${usher.url}/graphql`, "192.0.2.2", init, typed)), 2_500);
      }
    for (const forwarded of shapes) expectSmall(await written(() => open(`${usher.url}/sign-in`, forwarded)), 2_500);
  });

  it("are answered and logged in few bytes: forms", async () => {
    const paths = [`/sso/${tenant.connectionId}/acs`, "/sign-in/link/usher_link_x", "/sign-out"];
    for (const path of paths)
      for (const [, body] of pairs("SAMLResponse", FORM_BYTES)) {
        const headers = { "content-type": "application/x-www-form-urlencoded" };
        const request = () => open(`${usher.url}${path}`, "192.0.2.3", { method: "POST", body }, headers);
        expectSmall(await written(request), 2_500);
      }
  });

  it.each([
    ["groupResults", 9, `query { %: groupResults(groupId: "x") { withheld } }`],
    [
      "createConnection",
      2,
      `mutation { %: createConnection(input: { organizationId: "x", displayName: "x", settings: { saml: {} } }) { connection { id } } }`,
    ],
  ])("are limited in expensive fields: %s", async (_name, most, document) => {
    const codes = async (times: number) => {
      const [head = "", field = ""] = document.split(/(?<=\{ )(?=%)/);
      const fields = Array.from({ length: times }, (_, index) => field.slice(0, -2).replace("%", `a${index}`));
      const { errors = [] } = await usher.graphql(`${head}${fields.join(" ")} }`, {}, null);
      return [...new Set(errors.map(({ extensions }) => extensions.code))];
    };
    expect(await codes(most)).toEqual(["UNAUTHENTICATED"]);
    expect(await codes(most + 1)).toEqual(["QUERY_LIMIT_EXCEEDED"]);
  });

  it("are answered and logged in few bytes: every query and mutation, with the largest input of its type", async () => {
    const schema = buildSchema(emitSchema(describeSchema()));
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.values(type?.getFields() ?? {}).map((field) => ({ type, field })),
    );
    expect(fields.length).toBeGreaterThan(100);
    for (const { type, field } of fields) {
      const body = JSON.stringify(largestRequest(type === schema.getMutationType() ? "mutation" : "query", field));
      const headers = { "content-type": "application/json", accept: "application/json" };
      const request = () => open(`${usher.url}/graphql`, "192.0.2.4", { method: "POST", body }, headers);
      expectSmall(await written(request), 20_000);
    }
  });
});

describe("sign-in attempts", () => {
  it.each<[string, string | null]>([
    ["203.0.113.5", "203.0.113.5"],
    ["203.0.113.5:49152", "203.0.113.5"],
    ["[2001:db8::7]:49152", "2001:db8::7"],
    ["198.51.100.9:1, 127.0.0.1:80", "198.51.100.9"],
    ["0203.0.0113.9", null],
  ])("show the address that a trusted proxy wrote: %s", async (forwarded, address) => {
    await open(`${usher.url}/sso/${tenant.connectionId}/callback?state=x&code=y`, forwarded);
    const { signInAttempts } = await usher.ask(
      "query ($id: ID!) { signInAttempts(organizationId: $id, first: 1) { nodes { address } } }",
      { id: tenant.organizationId },
    );
    expect(signInAttempts.nodes).toEqual([{ address }]);
  });

  it("are deleted after the retention time, and not before", async () => {
    const database = await openTestDatabase({ entities, migrations });
    try {
      await migrate(database);
      const day = 24 * 60 * 60 * 1000;
      const store = { reader: database.reader, begin: createBegin(database, () => now) };
      const { id } = await createOrganization(store, SYSTEM, { name: "Acme", slug: "acme" });
      await store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
        for (const [index, days] of [179, 180, 181, 400].entries())
          await unit.execute(
            `INSERT INTO sign_in_attempt (id, reference, organization_id, outcome, steps, occurred_at)
             VALUES (?, ?, ?, 'SUCCEEDED', '[]', ?)`,
            [`attempt-${index}`, `R${index}`, id, new Date(now.getTime() - days * day)],
          );
        await sweepAttempts(unit, 180);
      });
      const left = await database.reader.rows<{ id: string }>("SELECT id FROM sign_in_attempt ORDER BY id");
      expect(left.map(({ id }) => id)).toEqual(["attempt-0", "attempt-1"]);
    } finally {
      await database.close();
    }
  });
});
