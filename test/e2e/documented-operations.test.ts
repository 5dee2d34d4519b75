/** Runs every documented operation and example against a whole application. */
import { readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  buildSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type FieldNode,
} from "graphql";
import { DEFAULT_QUERY_LIMITS } from "../../src/platform/graphql/limits.js";
import { MAXIMUM_PAGE_SIZE } from "../../src/platform/graphql/paging.js";
import { MAXIMUM_BODY_BYTES } from "../../src/platform/graphql/server.js";
import { ORGANIZATION_POLICIES } from "../../src/people/organization/policies.js";
import { FLOW_LIFETIME_SECONDS } from "../../src/sign-in/flow/flow.repository.js";
import { resolveReturnTo } from "../../src/sign-in/return-to.js";
import { findBlocks, findExample, readCode, readTable, readText, ROOT } from "../docs/markdown.js";
import { createBrowser, type Browser } from "../../testing/browser.js";
import { findForms, findLinks } from "../../testing/browser/html.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { startOpenIdProvider, type OpenIdProvider } from "../support/providers/openid/provider.js";
import { makePasswordAdministrator } from "../support/break-glass.js";
import { OPERATOR_KEY, startTestUsher, type TestUsher } from "../support/usher.js";
import { FURTHER_PEOPLE, PEOPLE_OPERATIONS } from "./documented-people.js";
import { TRAINING_OPERATIONS } from "./documented-training.js";
import { startWebhookReceivers } from "../support/webhook-receiver/index.js";
import { until } from "../webhooks/tenant.js";

const FRONTEND_GUIDE = readText("docs/frontend.md");
const OPERATORS_GUIDE = readText("docs/operators.md");
const README = readText("README.md");
const CLIENT_SECRET = "a secret of the client";

/** The documented operations by name, each as its own document. */
const operations = new Map(
  readdirSync(join(ROOT, "graphql/operations")).flatMap((file) =>
    parse(readText(`graphql/operations/${file}`)).definitions.map((definition) => {
      if (definition.kind !== Kind.OPERATION_DEFINITION || definition.name === undefined)
        throw new Error(`${file} holds something other than named operations.`);
      return [definition.name.value, print(definition)] as const;
    }),
  ),
);
const run = new Set<string>();

function documentOf(name: string): string {
  const document = operations.get(name);
  if (document === undefined) throw new Error(`No operation is named ${name}.`);
  run.add(name);
  return document;
}

let usher: TestUsher;
let provider: OpenIdProvider;
let frontend: Server;
/** `http://localhost:PORT`: an origin that differs from Usher's, on the same site. */
let frontendOrigin: string;
let browser: Browser;
let organizationId: string;
let connectionId: string;
let key: string;
/** TXT records of the DNS, by name. */
const txtRecords = new Map<string, string>();

/** Runs a documented operation, by default with the organization's key. */
// any: the shape is what the operation asks for
const ask = async (name: string, variables: Record<string, unknown> = {}, as: string | null = key): Promise<any> =>
  await usher.ask(documentOf(name), variables, as);

/** The `fetch` of a page, with the browser's cookies and its rules for requests to other origins. */
function fetchFrom(page: string) {
  return async (url: string, request: { method: string; credentials: string; headers: object; body: string }) => {
    const { "Content-Type": type, ...headers } = request.headers as Record<string, string>;
    if (request.credentials !== "include") throw new Error("the example sends no cookies");
    const body = { type: type ?? "text/plain", text: request.body };
    const answer = await browser.send(request.method, url, body, { from: page, headers });
    const { "access-control-allow-origin": origin, "access-control-allow-credentials": credentials } = answer.headers;
    if (origin !== new URL(page).origin || credentials !== "true") throw new TypeError("Failed to fetch");
    return { json: async () => JSON.parse(answer.text) as unknown };
  };
}

/** Runs an example with Usher's address in place of the printed one. Returns the functions that the example defines. */
function evaluate(example: string, results: string, globals: Record<string, unknown>) {
  const text = findExample(FRONTEND_GUIDE, example).replaceAll("https://usher.example.com", usher.url);
  const names = Object.keys(globals);
  // any: what an example defines is as the reader sees it
  return compileFunction(`${text}\nreturn ${results};`, names)(...names.map((name) => globals[name])) as any;
}

/** The HTML of an example, with the real addresses. */
function htmlOf(example: string): string {
  return findExample(FRONTEND_GUIDE, example)
    .replaceAll("https://usher.example.com", usher.url)
    .replaceAll(encodeURIComponent("https://app.example.com"), encodeURIComponent(frontendOrigin));
}

beforeAll(async () => {
  frontend = createServer((_request, response) => response.end("<h1>The frontend</h1>"));
  await new Promise<void>((resolve) => frontend.listen(0, "localhost", resolve));
  const { port } = frontend.address() as AddressInfo;
  frontendOrigin = `http://localhost:${port}`;
  usher = await startTestUsher({
    environment: {
      USHER_ALLOWED_ORIGINS: `${frontendOrigin},http://127.0.0.1:${port}`,
      USHER_RETURN_URLS: `${frontendOrigin}/`,
      USHER_ENTRA_CLIENT_ID: "the operator's app",
      USHER_ENTRA_CLIENT_SECRET: "a secret of the operator",
    },
    resolveTxt: async (name) => [[txtRecords.get(name) ?? ""]],
  });
  provider = await startOpenIdProvider({
    clients: [{ clientId: "usher", clientSecret: CLIENT_SECRET, redirectUris: [] }],
    people: ["ada", "grace", ...FURTHER_PEOPLE].map((sub) => ({
      sub,
      email: `${sub}@acme.example`,
      email_verified: true,
      given_name: sub === "ada" ? "Ada" : "Grace",
      family_name: sub === "ada" ? "Lovelace" : "Hopper",
    })),
  });
  browser = createBrowser();

  const created = await ask("CreateOrganization", { input: { name: "Acme", slug: "acme" } }, OPERATOR_KEY);
  organizationId = created.createOrganization.organization.id;
  const scopes = `USERS_READ USERS_WRITE GROUPS_READ GROUPS_WRITE TRAINING_READ TRAINING_WRITE CONNECTIONS_READ CONNECTIONS_WRITE MAPPINGS_WRITE EVENTS_READ WEBHOOKS_WRITE AUDIT_READ ORGANIZATION_WRITE`;
  const made = await ask(
    "CreateApiKey",
    { input: { organizationId, name: "The frontend's server", scopes: scopes.split(" ") } },
    OPERATOR_KEY,
  );
  key = made.createApiKey.key;
  const settings = { discoveryUrl: provider.discoveryUrl, clientId: "usher", clientSecret: CLIENT_SECRET };
  const input = { organizationId, displayName: "Acme ID", settings: { oidc: settings } };
  const { connection } = (await ask("CreateConnection", { input })).createConnection;
  connectionId = connection.id;
  provider.addRedirectUri(
    connection.serviceProvider.find((each: { name: string }) => each.name === "redirectUrl").value,
  );
  const { testConnection } = await ask("TestConnection", { id: connectionId });
  expect(testConnection.findings.map(({ level }: { level: string }) => level)).not.toContain("ERROR");
  expect(await ask("ActivateConnection", { id: connectionId })).toMatchObject({
    activateConnection: { connection: { state: "ACTIVE" } },
  });
});

afterAll(async () => {
  await usher.stop();
  await provider.close();
  frontend.closeAllConnections();
  await new Promise((resolve) => frontend.close(resolve));
});

describe("the documents agree with the schema", () => {
  const schema = buildSchema(readText("graphql/schema.graphql"));

  it.each(["docs/frontend.md", "docs/operators.md", "README.md"])("every GraphQL block of %s is valid", (path) => {
    const blocks = findBlocks(readText(path)).filter(({ language }) => language === "graphql");
    expect(blocks.length).toBeGreaterThan(0);
    for (const { text } of blocks) expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
  });

  it("the frontend guide shows operations exactly as they are in the files, and names all of them", () => {
    const blocks = findBlocks(FRONTEND_GUIDE).filter(({ language }) => language === "graphql");
    for (const { name, text } of blocks) expect(print(parse(text))).toBe(operations.get(name ?? ""));
    const listed = readTable(FRONTEND_GUIDE, "file").flatMap(([, names = ""]) => readCode(names));
    expect(listed.toSorted()).toEqual([...operations.keys()].toSorted());
  });

  it("every operation selects the id of each type that has one, because caches need it", () => {
    const missing: string[] = [];
    for (const [name, document] of operations) {
      const types = new TypeInfo(schema);
      const Field = ({ name: field, selectionSet }: FieldNode) => {
        const type = getNamedType(types.getType());
        if (selectionSet === undefined || !(isObjectType(type) || isInterfaceType(type))) return;
        const asked = selectionSet.selections.flatMap((each) => (each.kind === Kind.FIELD ? [each.name.value] : []));
        if ("id" in type.getFields() && !asked.includes("id")) missing.push(`${name}: ${field.value}`);
      };
      visit(parse(document), visitWithTypeInfo(types, { Field }));
    }
    expect(missing).toEqual([]);
  });

  it("the guide has the real limits, scalars and lifetimes", () => {
    const limits = readTable(FRONTEND_GUIDE, "limit").map(([name = "", maximum]) => [
      readCode(name)[0],
      Number(maximum),
    ]);
    expect(Object.fromEntries(limits)).toEqual({
      "page size": MAXIMUM_PAGE_SIZE,
      depth: DEFAULT_QUERY_LIMITS.depth,
      "number of selections": DEFAULT_QUERY_LIMITS.selections,
      "number of aliases": DEFAULT_QUERY_LIMITS.aliases,
      "number of root fields": DEFAULT_QUERY_LIMITS.rootFields,
      "number of directives": DEFAULT_QUERY_LIMITS.directives,
      tokens: DEFAULT_QUERY_LIMITS.tokens,
      cost: DEFAULT_QUERY_LIMITS.cost,
      "number of entries in a list": DEFAULT_QUERY_LIMITS.listEntries,
      "number of keys in an object": DEFAULT_QUERY_LIMITS.objectKeys,
      "number of values in the variables": DEFAULT_QUERY_LIMITS.variableValues,
      "depth of the variables": DEFAULT_QUERY_LIMITS.variableDepth,
    });
    expect(FRONTEND_GUIDE).toContain(`${MAXIMUM_BODY_BYTES} bytes`);
    const { sessionIdleMinutes, sessionLifetimeMinutes } = ORGANIZATION_POLICIES;
    expect(FRONTEND_GUIDE).toContain(`after ${sessionIdleMinutes.default / 60} hours without a request`);
    expect(FRONTEND_GUIDE).toContain(`${sessionLifetimeMinutes.default / 60 / 24} days after the sign-in`);
    expect(FRONTEND_GUIDE).toContain(`within ${FLOW_LIFETIME_SECONDS / 60} minutes`);
    const builtIn = new Set(["String", "Int", "Float", "Boolean", "ID"]);
    const scalars = Object.values(schema.getTypeMap()).filter(
      (type) => type.astNode?.kind === Kind.SCALAR_TYPE_DEFINITION,
    );
    for (const { name } of scalars.filter(({ name }) => !builtIn.has(name)))
      expect(FRONTEND_GUIDE).toContain(`\`${name}\``);
  });

  it("the table of return URLs has the real rules", () => {
    const rules = (prefix: string) => ({ publicUrl: "https://usher.example.com", prefixes: [prefix] });
    const full = (address: string) => new URL(address, "https://app.example.com").href;
    for (const [entries = "", covered = "", others = ""] of readTable(FRONTEND_GUIDE, "entry"))
      for (const entry of readCode(entries)) {
        for (const address of [...readCode(covered), entry])
          expect([entry, resolveReturnTo(full(address), rules(entry))]).toEqual([entry, full(address)]);
        for (const address of readCode(others))
          expect([entry, address, resolveReturnTo(full(address), rules(entry))]).toEqual([entry, address, null]);
      }
  });
});

describe("a person at the frontend", () => {
  it("is sent to sign in, and returns to the same page with a session", async () => {
    const page = `${frontendOrigin}/courses/7?filter=mine#top`;
    const sent: string[] = [];
    const location = { href: page, assign: (url: string) => sent.push(url) };
    const globals = { fetch: fetchFrom(page), location, URL, VIEWER: documentOf("Viewer") };
    const { requireViewer } = evaluate("start", "{ ask, requireViewer }", globals);

    expect(await requireViewer("acme")).toBeNull();
    const signInPage = await browser.get(sent[0] ?? "");
    const landed = await signInAtOpenIdProvider(browser, signInPage.links[0]?.href.href ?? "", "ada");
    expect(landed.url).toBe(page);
    expect(landed.visibleText).toBe("The frontend");

    expect(await requireViewer("acme")).toMatchObject({
      organization: { id: organizationId, slug: "acme" },
      user: { email: "ada@acme.example" },
      permissions: [],
      memberships: [{ organization: { slug: "acme" }, role: { key: "USER" } }],
      apiKey: null,
    });
    expect(sent).toHaveLength(1);
  });

  it("gets the answer that the README shows", async () => {
    const [query = "", answer = ""] = ["graphql", "json"].map(
      (language) => findBlocks(README).find((block) => block.language === language)?.text,
    );
    const body = { type: "application/json", text: JSON.stringify({ query }) };
    const { text } = await browser.send("POST", `${usher.url}/graphql`, body);
    expect(JSON.parse(text)).toEqual(JSON.parse(answer));
  });

  it("is signed out on a different site, and an origin that is not allowed cannot read answers", async () => {
    const from = (page: string) => evaluate("start", "ask", { fetch: fetchFrom(page), URL });
    const otherSite = frontendOrigin.replace("localhost", "127.0.0.1");
    expect(await from(otherSite)(documentOf("Viewer"))).toEqual({ viewer: null });
    await expect(from("http://localhost:1")(documentOf("Viewer"))).rejects.toThrow("Failed to fetch");
  });

  it("needs a header for a request without a preflight, and may send only the headers of the guide", async () => {
    const get = async (headers: Record<string, string>) => {
      const url = `${usher.url}/graphql?query=${encodeURIComponent("{ viewer { permissions } }")}`;
      return JSON.parse((await browser.send("GET", url, null, { from: frontendOrigin, headers })).text);
    };
    expect(await get({})).toMatchObject({ errors: [{ extensions: { code: "BAD_REQUEST" } }] });
    expect(await get({ "Apollo-Require-Preflight": "true" })).toEqual({ data: { viewer: { permissions: [] } } });
    const preflight = await browser.send("OPTIONS", `${usher.url}/graphql`, null, { from: frontendOrigin });
    const allowed = String(preflight.headers["access-control-allow-headers"]).split(", ");
    const [, listed = ""] = /no headers of your own except ([\s\S]*?)\./.exec(FRONTEND_GUIDE) ?? [];
    expect(readCode(listed).toSorted()).toEqual(allowed.toSorted());
  });

  it("signs out with the form, and in again with the link", async () => {
    const signOut = findForms(htmlOf("sign-out-form"), new URL(frontendOrigin))[0];
    expect(signOut?.method).toBe("POST");
    const left = await browser.post(signOut?.action.href ?? "", {}, { from: frontendOrigin });
    expect(left.url).toBe(`${usher.url}/o/acme?signed-out`);
    const globals = { fetch: fetchFrom(frontendOrigin), URL };
    expect(await evaluate("start", "ask", globals)(documentOf("Viewer"))).toEqual({ viewer: null });

    const link = findLinks(htmlOf("sign-in-link"), new URL(frontendOrigin))[0];
    const signInPage = await browser.get(link?.href.href ?? "");
    const landed = await signInAtOpenIdProvider(browser, signInPage.links[0]?.href.href ?? "", "ada");
    expect(landed.url).toBe(`${frontendOrigin}/courses?filter=mine`);
  });

  it("is an administrator from the first sign-in, if prepared as the operators' guide says", async () => {
    const prepare = findExample(OPERATORS_GUIDE, "first-administrator")
      .replace("ada@", "grace@")
      .replace("Ada", "Grace")
      .replace("Lovelace", "Hopper");
    const { createUser } = await usher.ask(prepare, { organizationId });
    const administrator = createBrowser();
    await signInAtOpenIdProvider(administrator, `${usher.url}/sso/${connectionId}/start`, "grace");
    const body = { type: "application/json", text: JSON.stringify({ query: documentOf("Viewer") }) };
    const { text } = await administrator.send("POST", `${usher.url}/graphql`, body);
    const { viewer } = JSON.parse(text).data;
    expect(viewer).toMatchObject({ user: { id: createUser.user.id }, memberships: [{ role: { key: "ADMIN" } }] });
    expect(viewer.permissions).toContain("ORGANIZATION_WRITE");
  });

  it("lands at the landing URL when returnTo is not allowed, and at Usher's own page without either", async () => {
    const start = `${usher.url}/sso/${connectionId}/start?returnTo=${encodeURIComponent("https://evil.example/")}`;
    expect((await signInAtOpenIdProvider(browser, start, "ada")).url).toBe(`${usher.url}/o/acme`);
    const { organization } = await ask("Organization", { slug: "acme" });
    const keeper = await makePasswordAdministrator(usher, organization.id);
    const mark = { input: { userId: keeper.id, breakGlass: true } };
    const { setBreakGlass } = await ask("SetBreakGlass", mark, OPERATOR_KEY);
    expect(setBreakGlass.user).toEqual({ id: keeper.id, breakGlass: true });
    const { changeAuthMethod } = await ask(
      "ChangeAuthMethod",
      { input: { userIds: [keeper.id], dryRun: true } },
      OPERATOR_KEY,
    );
    expect(changeAuthMethod.results).toMatchObject([{ userId: keeper.id, ok: false, code: "BREAK_GLASS_PROTECTED" }]);
    const { ssoRequirement } = await ask("SsoRequirement", { organizationId: organization.id, first: 20 });
    expect(ssoRequirement.obstacles).toEqual([]);
    expect(ssoRequirement.users.nodes).toHaveLength(ssoRequirement.affectedUsers);
    const { updateOrganization } = await ask("UpdateOrganization", {
      input: {
        id: organization.id,
        expectedVersion: organization.version,
        landingUrl: `${frontendOrigin}/home`,
        policies: { ssoEnforcement: "REQUIRED" },
        confirmAffectedUsers: ssoRequirement.affectedUsers,
      },
    });
    expect(updateOrganization.organization).toMatchObject({ policies: { ssoEnforcement: "REQUIRED" } });
    expect((await signInAtOpenIdProvider(browser, start, "ada")).url).toBe(`${frontendOrigin}/home`);
    const straightOn = await createBrowser().get(`${usher.url}/o/acme?returnTo=/o/acme`, { follow: false });
    expect(straightOn.headers.location).toBe(`/sso/${connectionId}/start?returnTo=%2Fo%2Facme`);
    const prompted = await createBrowser().get(`${usher.url}/sign-in?organization=acme&returnTo=/x`, { follow: false });
    expect(prompted.headers.location).toBe("/o/acme?returnTo=%2Fx");
  });
});

describe("a program", () => {
  it("reads its own key, and is refused with an unknown one", async () => {
    const asServer = async (secret: string) => {
      const globals = { fetch, process: { env: { USHER_API_KEY: secret } } };
      const text = findExample(FRONTEND_GUIDE, "server").replaceAll("https://usher.example.com", usher.url);
      const names = Object.keys(globals);
      const example = compileFunction(`return (async () => {${text}})();`, names);
      return (await example(...Object.values(globals))) as unknown;
    };
    expect(await asServer(key)).toMatchObject({ data: { viewer: { apiKey: { name: "The frontend's server" } } } });
    expect(await asServer("usher_key_unknown")).toMatchObject({
      errors: [{ extensions: { code: "UNAUTHENTICATED" } }],
    });
  });

  it("creates, lists, rotates and revokes keys", async () => {
    const input = {
      organizationId,
      name: "Short-lived",
      scopes: ["USERS_READ"],
      expiresAt: "2100-01-01T00:00:00+01:00",
    };
    const { apiKey, key: secret } = (await ask("CreateApiKey", { input })).createApiKey;
    expect(apiKey.expiresAt).toBe("2099-12-31T23:00:00.000Z");
    expect((await ask("ApiKeys", { organizationId })).apiKeys.nodes[0]).toMatchObject({
      id: apiKey.id,
      revokedAt: null,
    });
    const rotated = (await ask("RotateApiKey", { input: { id: apiKey.id, overlapSeconds: 60 } })).rotateApiKey;
    for (const either of [secret, rotated.key])
      expect((await usher.graphql(documentOf("Viewer"), {}, either)).data.viewer.apiKey.id).toBe(apiKey.id);
    expect((await ask("RevokeApiKey", { id: apiKey.id })).revokeApiKey.apiKey.revokedAt).not.toBeNull();
    expect(await usher.graphql(documentOf("Viewer"), {}, secret)).toMatchObject({
      errors: [{ extensions: { code: "UNAUTHENTICATED" } }],
    });
  });

  it("creates, shows, changes and deletes a provisioning directory, and rotates its token", async () => {
    const input = { organizationId, connectionId, name: "Acme's directory" };
    const { directory, token } = (await ask("CreateProvisioningDirectory", { input })).createProvisioningDirectory;
    expect(token).toMatch(/^usher_scim_/);
    expect(directory.baseUrl).toMatch(/\/scim\/v2$/);
    const { id } = directory;
    expect(await ask("ProvisioningDirectories", { organizationId })).toMatchObject({
      provisioningDirectories: { nodes: [{ id, name: "Acme's directory", connection: { id: connectionId } }] },
    });
    const change = {
      id,
      deprovisionAction: "DISABLE",
      signInMatch: "EMAIL",
      connectionId: null,
      lockManaged: true,
      policies: { roleSync: "AUTHORITATIVE" },
    };
    expect((await ask("UpdateProvisioningDirectory", { input: change })).updateProvisioningDirectory).toEqual({
      directory: {
        id,
        version: 2,
        name: "Acme's directory",
        state: "ACTIVE",
        deprovisionAction: "DISABLE",
        signInMatch: "EMAIL",
        lockManaged: true,
        policies: { roleSync: "AUTHORITATIVE" },
      },
    });
    const roleMappings = [{ claim: "groups", operator: "EQUALS", value: "Staff", roleKey: "USER" }];
    const rules = { directoryId: id, roleMappings, assignableRoleKeys: ["USER"] };
    expect((await ask("SetProvisioningMappings", { input: rules })).setProvisioningMappings.directory).toMatchObject({
      version: 3,
      assignableRoles: [{ key: "USER" }],
      roleMappings: [{ values: ["Staff"], role: { key: "USER" } }],
    });
    expect((await ask("ProvisioningMappings", { id })).provisioningDirectory).toMatchObject({
      policies: { roleSync: "AUTHORITATIVE", missingGroups: "KEEP" },
      roleMappings: [{ claim: "groups", role: { key: "USER" } }],
      groupMappings: [],
    });
    const rotated = (await ask("RotateProvisioningToken", { id })).rotateProvisioningToken;
    expect(rotated.token).not.toBe(token);
    expect(rotated.directory.tokens).toEqual([
      { id: expect.any(String), expiresAt: null },
      { id: expect.any(String), expiresAt: expect.any(String) },
    ]);
    const keys = { id, issuer: "https://idp.example", jwksUrl: "https://idp.example/jwks" };
    const { assertions } = (await ask("SetProvisioningAssertions", { input: keys })).setProvisioningAssertions
      .directory;
    expect(assertions).toMatchObject({ clientId: id, issuer: keys.issuer, jwksUrl: keys.jwksUrl, keyIds: null });
    expect((await ask("ProvisioningDirectory", { id })).provisioningDirectory).toMatchObject({
      assertions,
      connection: null,
      tokens: rotated.directory.tokens,
      lastWriteAt: null,
      counts: { activeUsers: 0, inactiveUsers: 0, groups: 0 },
    });
    const group = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: "Pushed" };
    const { status } = await fetch(`${directory.baseUrl}/Groups`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(group),
    });
    expect(status).toBe(201);
    expect(await ask("ProvisioningRequests", { directoryId: id })).toMatchObject({
      provisioningRequests: {
        nodes: [{ method: "POST", path: "/Groups", status, outcome: "SUCCEEDED", remedy: null }],
      },
    });
    const { steps } = (await ask("TestProvisioningDirectory", { id })).testProvisioningDirectory;
    expect(new Set(steps.map(({ outcome }: { outcome: string }) => outcome))).toEqual(new Set(["PASSED"]));
    await ask("UpdateProvisioningDirectory", { input: { id, state: "PAUSED" } });
    expect((await ask("ProvisioningDirectory", { id })).provisioningDirectory.pauseReason).toBe("ADMINISTRATOR");
    expect((await ask("ReleaseProvisioningDirectory", { input: { id } })).releaseProvisioningDirectory).toEqual({
      directory: { id, version: 5, state: "ACTIVE", pauseReason: null, removalsAllowedUntil: null },
    });
    await ask("DeleteProvisioningDirectory", { id });
    expect((await ask("ProvisioningDirectory", { id })).provisioningDirectory).toBeNull();
  });

  it("creates, changes and reads people, and shows mistakes in a form", async () => {
    const alan = { organizationId, email: "alan@acme.example", firstName: "Alan", lastName: "Turing" };
    const { user } = (await ask("CreateUser", { input: alan })).createUser;
    expect(user).toMatchObject({ status: "ACTIVE", role: { key: "USER" }, version: 1 });
    const change = { id: user.id, expectedVersion: user.version, employeeId: "4711" };
    expect((await ask("UpdateUser", { input: change })).updateUser.user).toMatchObject({
      employeeId: "4711",
      version: 2,
    });
    expect(await ask("Node", { id: user.id })).toEqual({
      node: { __typename: "User", id: user.id, email: "alan@acme.example" },
    });
    expect((await ask("Nodes", { ids: ["unknown", user.id] })).nodes).toEqual([
      null,
      { __typename: "User", id: user.id, fullName: "Alan Turing" },
    ]);
    const late = await usher.graphql(documentOf("UpdateUser"), { input: { ...change, employeeId: "4712" } }, key);
    expect(late.errors?.[0]?.extensions.code).toBe("VERSION_CONFLICT");

    const wrong = { ...alan, firstName: " ", email: "alan" };
    const { errors } = await usher.graphql(documentOf("CreateUser"), { input: wrong }, key);
    expect(errors?.[0]).toEqual(JSON.parse(findExample(FRONTEND_GUIDE, "form-error")));
    const fieldErrors = evaluate("field-errors", "fieldErrors", {});
    expect(fieldErrors({ errors })).toEqual({ firstName: "is required", email: "must be an e-mail address" });
    const { email: _left, ...withoutEmail } = alan;
    const missing = await usher.graphql(documentOf("CreateUser"), { input: withoutEmail }, key);
    expect(fieldErrors(missing)).toEqual({ email: "This field is required." });
  });

  it("pages through people forwards and backwards, and counts them", async () => {
    const USERS = documentOf("Users");
    const asked: unknown[] = [];
    const askHere = async (query: string, variables: Record<string, unknown>) => {
      asked.push(variables["after"]);
      return await usher.ask(query, { ...variables, first: 1 }, key);
    };
    const everyUser = evaluate("every-user", "everyUser", { ask: askHere, USERS });
    const orderBy = { field: "LAST_NAME", direction: "DESC" };
    const names: string[] = [];
    for await (const { lastName } of everyUser({ organizationId, orderBy })) names.push(lastName);
    expect(names).toEqual(["Turing", "Lovelace", "Keeper", "Hopper"]);
    expect(asked).toEqual([null, ...names.slice(1).map(() => expect.any(String))]);

    const last = (await ask("UsersBefore", { organizationId, orderBy, last: 1 })).users;
    expect(last).toMatchObject({ nodes: [{ lastName: "Hopper" }], pageInfo: { hasPreviousPage: true } });
    const before = last.pageInfo.startCursor;
    const first = (await ask("UsersBefore", { organizationId, orderBy, last: 1, before })).users;
    expect(first).toMatchObject({ nodes: [{ lastName: "Keeper" }], pageInfo: { hasPreviousPage: true } });
    const otherOrder = { organizationId, orderBy: { field: "EMAIL" }, last: 1, before };
    const refused = await usher.graphql(documentOf("UsersBefore"), otherOrder, key);
    expect(refused.errors?.[0]?.extensions.code).toBe("INVALID_INPUT");

    const filter = { search: "LOVE acme", status: ["ACTIVE"], roleKeys: ["USER"], authMethod: "SSO" };
    expect(await ask("CountUsers", { organizationId, filter })).toEqual({ users: { totalCount: 1 } });
    const large = await usher.graphql(USERS, { organizationId, first: 201 }, key);
    expect(large.errors?.[0]?.extensions).toMatchObject({
      code: "QUERY_LIMIT_EXCEEDED",
      details: { limit: "page size", maximum: 200, actual: 201 },
    });
  });

  it("reads one person with their identities", async () => {
    const { users } = await ask("Users", { organizationId, filter: { search: "ada" } });
    expect((await ask("User", { id: users.nodes[0].id })).user).toMatchObject({
      authMethod: "SSO",
      identities: [{ connection: { id: connectionId }, subject: "ada" }],
    });
  });

  it("creates a sign-in link, which only the operator may do if single sign-on is required", async () => {
    const { users } = await ask("Users", { organizationId, filter: { search: "alan" } });
    const input = { organizationId, userId: users.nodes[0].id };
    const refused = await usher.graphql(documentOf("CreateSignInLink"), { input }, key);
    expect(refused.errors?.[0]?.extensions.code).toBe("SSO_REQUIRED");
    const { url } = (await ask("CreateSignInLink", { input }, OPERATOR_KEY)).createSignInLink;
    const guest = createBrowser();
    await guest.get(url);
    expect((await guest.submitForm(0)).url).toBe(`${frontendOrigin}/home`);
  });

  it("creates filters, stores answers, and deletes chosen answers only with a confirmation", async () => {
    const operate = (name: string, variables: Record<string, unknown>) => ask(name, variables, OPERATOR_KEY);
    const input = { organizationId, question: "Country", answers: ["Austria", "Germany"] };
    const { id, answers } = (await operate("CreateFilter", { input })).createFilter.filter;
    const { users } = await ask("Users", { organizationId, filter: { search: "alan" } });
    const answered = await operate("SetUserAnswers", {
      organizationId,
      input: { organizationId, userId: users.nodes[0].id, answers: [{ filterId: id, answerId: answers[1].id }] },
    });
    expect(answered.setUserAnswers.user.answers).toEqual([{ question: "Country", text: "Germany" }]);
    await operate("UpdateFilter", {
      input: { id, answers: [answers[0], { id: answers[1].id, text: "Deutschland" }, { text: "Schweiz" }] },
    });
    const { filters } = await operate("Filters", { organizationId });
    expect(filters[0].answers).toMatchObject([
      { text: "Austria", userCount: 0 },
      { text: "Deutschland", userCount: 1 },
      { text: "Schweiz", userCount: 0 },
    ]);
    const refused = await usher.graphql(documentOf("DeleteFilter"), { id }, OPERATOR_KEY);
    const { code, details } = refused.errors?.[0]?.extensions ?? {};
    expect([code, details]).toEqual(["FILTER_IN_USE", { affectedUsers: 1 }]);
    await operate("DeleteFilter", { id, confirmAffectedUsers: details.affectedUsers });
    expect((await operate("Filters", { organizationId })).filters).toEqual([]);
  });

  it("reads new events, and the audit log", async () => {
    const { events } = await ask("Events", { organizationId, types: ["user.created"] });
    expect(events.nodes.map(({ type }: { type: string }) => type)).toEqual(Array(4).fill("user.created"));
    const after = events.pageInfo.endCursor;
    expect((await ask("Events", { organizationId, types: ["user.created"], after })).events.nodes).toEqual([]);
    const { auditLog } = await ask("AuditLog", { organizationId, filter: { actions: ["user.updated"] } });
    expect((await ask("Mails", { organizationId })).mails.totalCount).toBe(0);
    const file = await fetch(`${usher.url}/export/audit-log?organizationId=${organizationId}&actions=user.updated`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect((await file.text()).split("\r\n")).toHaveLength(auditLog.nodes.length + 2);
    expect(auditLog.nodes).toMatchObject([{ subject: { type: "user" }, cause: { kind: "API_KEY" } }]);
  });

  it("creates, tests, changes and deletes a webhook endpoint, and reads and repeats its deliveries", async () => {
    const receivers = await startWebhookReceivers();
    try {
      const receiver = receivers.add("documented");
      const input = { organizationId, url: receiver.url, startAt: { sequence: 1 }, eventTypes: ["user.created"] };
      const { endpoint, secret, warning } = (await ask("CreateWebhookEndpoint", { input })).createWebhookEndpoint;
      expect(warning).toBeNull();
      receiver.secrets = [secret];
      const { id } = endpoint;
      await until("the events", () => receiver.events().length === 4);
      expect((await ask("WebhookEndpoints", { organizationId })).webhookEndpoints).toMatchObject({
        nodes: [{ id, state: "ACTIVE", eventTypes: ["user.created"] }],
        totalCount: 1,
      });
      expect((await ask("TestWebhookEndpoint", { id })).testWebhookEndpoint.attempt).toMatchObject({ status: 204 });
      const failed = { endpointId: id, filter: { succeeded: false } };
      expect((await ask("WebhookDeliveries", failed)).webhookDeliveries.nodes).toEqual([]);

      const change = { id, expectedVersion: endpoint.version, timeoutSeconds: 5 };
      expect((await ask("UpdateWebhookEndpoint", { input: change })).updateWebhookEndpoint).toMatchObject({
        endpoint: { timeoutSeconds: 5, version: endpoint.version + 1 },
        warning: null,
      });
      const rotated = (await ask("RotateWebhookSecret", { input: { id } })).rotateWebhookSecret;
      expect(rotated.endpoint.previousSecretEndsAt).not.toBeNull();
      receiver.secrets = [rotated.secret];
      expect((await ask("DisableWebhookEndpoint", { id })).disableWebhookEndpoint.endpoint.state).toBe("DISABLED");
      expect((await ask("EnableWebhookEndpoint", { id })).enableWebhookEndpoint.endpoint.state).toBe("ACTIVE");
      expect((await ask("WebhookEndpoint", { id })).webhookEndpoint).toMatchObject({
        state: "ACTIVE",
        disabledReason: null,
        progress: { pendingRetries: 0, consecutiveFailures: 0 },
      });

      const order = { endpointId: id, sinceSequence: 1 };
      const { redelivery } = (await ask("Redeliver", { input: order })).redeliver;
      await until("the redelivery", async () => {
        const now = (await ask("WebhookRedelivery", { id: redelivery.id })).webhookRedelivery;
        return now.state === "FINISHED" && now.succeeded === 4;
      });
      expect(receiver.events().map(({ verifiedBy }) => verifiedBy.length)).toEqual(Array(8).fill(1));
      expect((await ask("DeleteWebhookEndpoint", { id })).deleteWebhookEndpoint.id).toBe(id);
    } finally {
      await receivers.close();
    }
    const retention = (await ask("SetEventRetention", { input: { organizationId, days: 90 } })).setEventRetention;
    expect(retention.days).toBe(90);
    expect(await ask("EventRetention", { organizationId })).toEqual({ eventRetention: 90 });
  });

  it.each([...PEOPLE_OPERATIONS, ...TRAINING_OPERATIONS])("%s", async (_name, operate) => {
    await operate({ usher, browser, organizationId, connectionId, ask, documentOf, txtRecords });
  });

  it("lists connection types, and reads, changes, disables and deletes a connection", async () => {
    const { connectionTypes } = await ask("ConnectionTypes");
    const oidc = connectionTypes.find(({ id }: { id: string }) => id === "oidc");
    expect(oidc.settings.map(({ name }: { name: string }) => name)).toContain("discoveryUrl");
    expect((await ask("Connections", { slug: "acme" })).organization.connections).toMatchObject([
      { id: connectionId, state: "ACTIVE", health: { lastFailureCode: "ACCOUNT_PENDING_APPROVAL" } },
    ]);
    expect((await ask("SsoConnections", { first: 1 })).ssoConnections).toMatchObject({
      nodes: [{ id: connectionId }],
      pageInfo: { hasNextPage: false },
    });
    const { connection } = await ask("Connection", { id: connectionId });
    expect(connection).toMatchObject({ settings: { clientId: "usher", clientSecret: { setAt: expect.any(String) } } });
    const input = { id: connectionId, expectedVersion: connection.version, displayName: "Acme" };
    expect((await ask("UpdateConnection", { input })).updateConnection.connection).toMatchObject({ state: "ACTIVE" });
    const oidcWithKey = { settings: { oidc: { clientAuthentication: "private_key_jwt" } } };
    const withKey = { organizationId, displayName: "With a key", ...oidcWithKey };
    const { id } = (await ask("CreateConnection", { input: withKey })).createConnection.connection;
    const rotated = (await ask("RotateConnectionKey", { input: { id, step: "PUBLISH_NEXT" } })).rotateConnectionKey;
    expect(rotated.connection.clientKeys).toHaveLength(4);
    await ask("DeleteConnection", { id });
    expect((await ask("DisableConnection", { id: connectionId })).disableConnection.connection.state).toBe("DISABLED");
    const globals = { fetch: fetchFrom(frontendOrigin), URL };
    expect(await evaluate("start", "ask", globals)(documentOf("Viewer"))).toEqual({ viewer: null });

    const refused = await browser.get(`${usher.url}/sso/${connectionId}/start`);
    const [reference] = /\b[0-9A-HJKMNP-TV-Z]{10}\b/.exec(refused.visibleText) ?? [];
    const { signInAttempt } = await ask("SignInAttempt", { reference });
    expect(signInAttempt).toMatchObject({ outcome: "CONNECTION_NOT_ACTIVE", remedy: expect.any(String) });
    const ofConnection = { filter: { connectionId, outcomes: ["CONNECTION_NOT_ACTIVE"] }, first: 1 };
    expect((await ask("SignInAttempts", ofConnection)).signInAttempts.nodes).toMatchObject([
      { reference, connectionId },
    ]);

    const { startUrl, reference: ofTest } = (await ask("StartTestSignIn", { connectionId })).startTestSignIn;
    expect((await ask("TestSignIn", { reference: ofTest })).signInAttempt).toBeNull();
    await signInAtOpenIdProvider(createBrowser(), startUrl, "ada");
    expect((await ask("TestSignIn", { reference: ofTest })).signInAttempt).toMatchObject({
      claims: { email: "ada@acme.example" },
      decision: { kind: expect.any(String) },
    });
    expect(
      (await ask("PreviewSignIn", { connectionId, claims: { sub: "new", email: "new@acme.example" } })).previewSignIn,
    ).toMatchObject({ decision: { kind: "REFUSE", code: "NAME_MISSING" } });
    const change = { connectionId, policies: { unmappedUser: "REFUSE" } };
    expect((await ask("PreviewMappings", { input: change })).previewMappings.users).toEqual(expect.any(Array));
    const settings = { entraId: { operatorApp: true } };
    const { id: draft } = (
      await ask("CreateConnection", { input: { organizationId, displayName: "Microsoft", settings } })
    ).createConnection.connection;
    expect((await ask("StartConsent", { connectionId: draft })).startConsent.url).toContain(
      `/sso/${draft}/consent?token=`,
    );
    await ask("DeleteConnection", { id: draft });
    await ask("DeleteConnection", { id: connectionId });
    expect((await ask("Connections", { slug: "acme" })).organization.connections).toEqual([]);
  });
});

describe("the other operations", () => {
  it("read the catalogues of errors and events without a sign-in, and all organizations as the operator", async () => {
    const { errorCodes } = await ask("ErrorCodes", {}, null);
    const known = new Set(errorCodes.map(({ code }: { code: string }) => code));
    for (const [code = ""] of readTable(FRONTEND_GUIDE, "code").map(([cell = ""]) => readCode(cell)))
      expect(known).toContain(code);
    expect((await ask("EventTypes", {}, null)).eventTypes.map(({ type }: { type: string }) => type)).toContain(
      "user.created",
    );
    const { organizations } = await ask("Organizations", { first: 10 }, OPERATOR_KEY);
    expect(organizations.nodes).toMatchObject([{ slug: "acme" }, { slug: "other" }]);
  });

  it("invite, list and remove people who run the installation", async () => {
    const input = { email: "max@usher.test", fullName: "Max" };
    const { inviteOperator } = await ask("InviteOperator", { input }, OPERATOR_KEY);
    expect(inviteOperator.url).toContain(`${usher.url}/operator/link/`);
    const { id } = inviteOperator.operator;
    const listed = { id, ...input, isActive: false, lastSignedInAt: null };
    expect((await ask("Operators", { first: 10 }, OPERATOR_KEY)).operators.nodes).toEqual([listed]);
    // The key is no person.
    expect((await ask("SignedInOperator", {}, OPERATOR_KEY)).viewer).toEqual({ operator: null });
    expect((await ask("RemoveOperator", { id }, OPERATOR_KEY)).removeOperator.operator).toEqual({ id });
  });

  it("complete the list: every documented operation was run", () => {
    expect([...operations.keys()].filter((name) => !run.has(name))).toEqual([]);
  });
});
