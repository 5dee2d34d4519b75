/** The log lines of requests and of refused sign-ins, and callers who try to write into them. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createLogger } from "../../src/platform/telemetry/logger.js";
import { readCode, readTable, readText } from "../docs/markdown.js";
import { createBrowser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { OPERATOR_KEY, startTestUsher, type TestUsher } from "../support/usher.js";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

type Line = Readonly<Record<string, unknown>>;

const written: string[] = [];
let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
beforeAll(async () => {
  usher = await startTestUsher({
    logger: createLogger({ level: "info", destination: { write: (text) => void written.push(text) } }),
  });
  provider = await startHostileOpenIdProvider();
  tenant = await createTenant(usher, provider, { policies: { jitProvisioning: false } });
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

/** Waits for the end of the request with this id, and returns its lines. */
async function linesOf(requestId: string | null): Promise<readonly Line[]> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    const lines = written.map((text) => JSON.parse(text) as Line).filter((line) => line["requestId"] === requestId);
    if (lines.some((line) => "durationMs" in line)) return lines;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`The request ${requestId} was not logged.`);
}

/** Sends a body to GraphQL and returns the log line of the request. */
async function ask(body: object, headers: Readonly<Record<string, string>> = {}): Promise<Line> {
  const response = await fetch(`${usher.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  const [line, ...others] = await linesOf(response.headers.get("x-request-id"));
  expect(others).toEqual([]);
  return line!;
}

const asKey = () => ({ authorization: `Bearer ${tenant.key}` });

describe("the line of a GraphQL request", () => {
  it("names the operation, the API key, its organization, the trace, the status and the time", async () => {
    const query = `query FindPeople($search: String) { users(organizationId: "${tenant.organizationId}", filter: { search: $search }) { totalCount } }`;
    const line = await ask(
      { query, variables: { search: "yvonne@acme.test" } },
      { ...asKey(), traceparent: `00-${TRACE}-00f067aa0ba902b7-01` },
    );
    expect(line).toEqual({
      level: "info",
      time: expect.any(String),
      requestId: expect.any(String),
      traceId: TRACE,
      operation: "FindPeople",
      callerKind: "API_KEY",
      callerId: expect.any(String),
      organizationId: tenant.organizationId,
      method: "POST",
      path: "/graphql",
      status: 200,
      durationMs: expect.any(Number),
      client: expect.any(String),
      msg: "A request was answered.",
    });
    expect(JSON.stringify(line)).not.toMatch(/yvonne|users|search/);
  });

  it("names the operator and a person", async () => {
    const body = { query: "query Who { viewer { user { id } } }" };
    expect(await ask(body, { authorization: `Bearer ${OPERATOR_KEY}` })).toMatchObject({ callerKind: "OPERATOR" });
    const own = await createTenant(usher, provider);
    const browser = createBrowser();
    await own.signIn(browser, makePerson("bob"));
    await whoIsSignedIn(browser, usher);
    const [user] = await own.users();
    const lines = written.map((text) => JSON.parse(text) as Line);
    expect(lines.filter(({ callerId }) => callerId === user!.id)).toContainEqual(
      expect.objectContaining({ callerKind: "PERSON", organizationId: own.organizationId, path: "/graphql" }),
    );
  });

  it("has the codes of the answer's errors", async () => {
    const document = "query Who { viewer { user { id } } }";
    const codesOf = async (body: object, headers?: Readonly<Record<string, string>>) => {
      const { callerKind, operation, errorCodes } = await ask(body, headers);
      return { callerKind, operation, errorCodes };
    };
    expect(await codesOf({ query: "query All { users(organizationId: 1) { totalCount } }" })).toEqual({
      callerKind: "ANONYMOUS",
      operation: "All",
      errorCodes: ["UNAUTHENTICATED"],
    });
    expect(await codesOf({ query: document }, { authorization: "Bearer usher_key_wrong" })).toEqual({
      errorCodes: ["UNAUTHENTICATED"],
    });
    expect(await codesOf({ query: "query Who {", operationName: "Who" }, asKey())).toMatchObject({
      operation: "Who",
      errorCodes: ["GRAPHQL_PARSE_FAILED"],
    });
    expect(await codesOf({ query: "query Who { nothing other }" }, asKey())).toMatchObject({
      operation: "Who",
      errorCodes: ["GRAPHQL_VALIDATION_FAILED"],
    });
    expect(await codesOf({}, asKey())).toMatchObject({ errorCodes: ["BAD_REQUEST"] });
    expect(await codesOf({ query: document, variables: { text: "x".repeat(1_000_000) } })).toEqual({
      errorCodes: ["REQUEST_TOO_LARGE"],
    });
  });
});

describe("a caller cannot write into the log", () => {
  it.each([
    ["a line break", 'Who\n{"level":"error","msg":"forged"}'],
    ["a control sequence of a terminal", "Who\u001b[2J"],
    ["a separator of lines", "Who\u2028forged"],
    ["an address", "yvonne@acme.test"],
    ["an object in its place", { level: "forged" }],
  ])("by an operation name with %s", async (_name, operationName) => {
    const before = written.length;
    const line = await ask({ query: "query Who { viewer { user { id } } }", operationName }, asKey());
    expect(line).not.toHaveProperty("operation");
    expect(written.slice(before).join("")).not.toMatch(/forged|yvonne@|\\u001b|\[2J/);
  });

  it("by an operation name of 10,000 characters", async () => {
    const name = "A".repeat(10_000);
    const line = await ask({ query: `query ${name} { viewer { user { id } } }`, operationName: name }, asKey());
    expect(line["operation"]).toBe("A".repeat(100));
  });

  it("by a malformed traceparent, or by a path or query with an e-mail address", async () => {
    const line = await ask(
      { query: "query Who { viewer { user { id } } }" },
      { ...asKey(), traceparent: `00-${TRACE}-00f067aa0ba902b7-01-yvonne@acme.test` },
    );
    expect(line).not.toHaveProperty("traceId");
    for (const path of ["/o/yvonne@acme.test", "/o/yvonne%40acme.test", "/nowhere?email=yvonne@acme.test"]) {
      const before = written.length;
      const { headers } = await fetch(`${usher.url}${path}`);
      await linesOf(headers.get("x-request-id"));
      expect(written.slice(before).join("")).not.toContain("yvonne");
    }
  });
});

describe("the lines of a refused sign-in", () => {
  it("name its code, reference, connection and organization, and not the person", async () => {
    const before = written.length;
    const page = await tenant.signIn(createBrowser(), makePerson("yvonne"));
    const [attempt] = await tenant.attempts();
    const lines = await linesOf(String(page.headers["x-request-id"]));
    const shared = {
      errorCodes: ["NO_MATCHING_ACCOUNT"],
      reference: attempt!.reference,
      connectionId: tenant.connectionId,
      organizationId: tenant.organizationId,
    };
    expect(lines).toEqual([
      expect.objectContaining({ ...shared, msg: "A sign-in was refused." }),
      expect.objectContaining({ ...shared, msg: "A request was answered.", status: 403 }),
    ]);
    expect(written.slice(before).join("")).not.toMatch(/yvonne|Tester/);
  });

  it("name the code for an unknown connection", async () => {
    const { headers } = await fetch(`${usher.url}/sso/0192e4a0-7a3c-7cc0-8a5e-0f6f2f1d9d11/start`);
    const [line] = await linesOf(headers.get("x-request-id"));
    expect(line).toMatchObject({ errorCodes: ["UNKNOWN_CONNECTION"], status: 404 });
  });
});

describe("the lines of a refused logout message", () => {
  it("name its code, reason, reference and connection, and no person", async () => {
    const before = written.length;
    const token = provider.makeLogoutToken(
      { sub: "yvonne-1", sid: "yvonne@acme.test" },
      "id-token-audience-of-another",
    );
    const { headers } = await fetch(`${usher.url}/sso/${tenant.connectionId}/backchannel-logout`, {
      method: "POST",
      body: new URLSearchParams({ logout_token: token }),
    });
    const [line] = await linesOf(String(headers.get("x-request-id")));
    expect(line).toMatchObject({
      msg: "A logout message was refused.",
      errorCodes: ["OIDC_AUDIENCE_MISMATCH"],
      detail: `aud is "another-application", expected was ${provider.clientId}`,
      reference: expect.any(String),
      connectionId: tenant.connectionId,
    });
    expect(written.slice(before).join("")).not.toContain("yvonne");
  });
});

it("the operators' guide explains each field", () => {
  const explained = readTable(readText("docs/operators.md"), "log field").flatMap(([field = ""]) => readCode(field));
  const lines = written.map((text) => JSON.parse(text) as Line).filter((line) => "requestId" in line);
  const fields = new Set(lines.flatMap((line) => Object.keys(line)));
  for (const common of ["level", "time", "msg"]) fields.delete(common);
  expect(explained.toSorted()).toEqual([...fields].toSorted());
});

it("health checks and static files are not logged at this level", async () => {
  const before = written.length;
  const page = await (await fetch(`${usher.url}/graphql`, { headers: { accept: "text/html" } })).text();
  const [script] = /\/graphql\/assets\/[^"]+/.exec(page) ?? [];
  for (const path of ["/healthz", "/readyz", "/favicon.ico", "/assets/usher.css", String(script)])
    expect((await fetch(`${usher.url}${path}`)).ok).toBe(true);
  const { headers } = await fetch(`${usher.url}/sign-in`);
  await linesOf(headers.get("x-request-id"));
  const paths = written.slice(before).map((text) => (JSON.parse(text) as Line)["path"]);
  expect(paths).toEqual(["/graphql", "/sign-in"]);
});
