/** Connections through GraphQL: the schema that follows from the registry, and permissions. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { printType, type GraphQLSchema } from "graphql";
import { ANONYMOUS, SYSTEM, type Caller } from "../../../src/access/caller.js";
import { createConnectionResolver } from "../../../src/connection/graphql/connection.resolver.js";
import { insertIdentity } from "../../../src/connection/identity/identity.repository.js";
import { describeConnection } from "../../../src/connection/metadata-document.js";
import { findConnection } from "../../../src/connection/stored/connection.repository.js";
import { createRegistry } from "../../../src/connection/registry.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import { createAccount } from "../../../src/people/user/user.changes.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { findUndescribed } from "../../support/find-undescribed.js";
import {
  askSchema,
  buildConnectionSchema,
  COMPLETE,
  keyOfOrganization,
  openHouse,
  OPERATOR,
  START,
  type House,
} from "../support/house.js";
import { createSpecimen, PLAIN_TYPE } from "../support/specimen.js";

let house: House;
let schema: GraphQLSchema;
beforeAll(async () => {
  house = await openHouse();
  schema = buildConnectionSchema(house.services);
});
afterAll(() => house.close());
beforeEach(() => {
  house.specimen.hooks.findings = [];
});

const ask = (source: string, variables: Record<string, unknown> = {}, caller: Caller = OPERATOR) =>
  askSchema(schema, source, variables, caller);

const CREATE = `mutation ($organizationId: ID!, $settings: ConnectionSettingsInput!) {
  createConnection(input: { organizationId: $organizationId, displayName: "Acme ID", settings: $settings }) {
    connection { id type state version serviceProvider { name label value } }
  }
}`;

async function create(settings: Record<string, unknown> = { madeUp: COMPLETE }): Promise<string> {
  const { data, messages } = await ask(CREATE, { organizationId: house.organizationId, settings });
  expect(messages).toEqual([]);
  return data.createConnection.connection.id as string;
}

describe("the schema", () => {
  test("has an input, an output and an enum from each declaration", () => {
    const print = (name: string) => printType(schema.getType(name) as never).replace(/ *"""[^]*?"""\n/g, "");
    expect(print("ConnectionSettingsInput")).toBe(
      "input ConnectionSettingsInput @oneOf {\n  madeUp: MadeUpSettingsInput\n\n  plain: PlainSettingsInput\n}",
    );
    expect(print("ConnectionSettings")).toBe("union ConnectionSettings = MadeUpSettings | PlainSettings");
    const fields = (name: string) =>
      print(name)
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line.includes(":"));
    expect(fields("MadeUpSettingsInput")).toEqual([
      "address: String",
      "tenant: String",
      "password: String",
      "serviceKey: String",
      "strict: Boolean",
      "skewSeconds: Int",
      "style: MadeUpStyle",
      "algorithms: [MadeUpAlgorithms!]",
      "keys: [String!]",
      "metadata: String",
      "nickname: String",
    ]);
    expect(fields("MadeUpSettings")).toEqual([
      "address: String",
      "tenant: String",
      "password: SecretStatus",
      "serviceKey: SecretStatus",
      "strict: Boolean!",
      "skewSeconds: Int!",
      "style: MadeUpStyle!",
      "algorithms: [MadeUpAlgorithms!]!",
      "keys: [String!]",
      "metadata: String",
      "nickname: String",
    ]);
    expect(print("MadeUpStyle")).toMatch(/plain_text[^]*form/);
  });

  test("describes every type, field and argument", () => {
    expect(findUndescribed(schema)).toEqual([]);
  });

  test("can be built again in the same process, by types that declare the same", () => {
    expect(() => buildConnectionSchema(house.services)).not.toThrow();
    expect(() => createConnectionResolver(createRegistry([createSpecimen().type, PLAIN_TYPE]))).not.toThrow();
    expect(() => createConnectionResolver(createRegistry([PLAIN_TYPE]))).toThrow(/another list of connection types/);
  });

  test.each([
    ["no key", "{}", /exactly one|Exactly one/i],
    ["two keys", `{ madeUp: {}, plain: {} }`, /exactly one/i],
    ["a null", `{ madeUp: null }`, /must be non-null/i],
    ["an unknown key", `{ saml: {} }`, /saml/],
    ["an unknown setting", `{ madeUp: { colour: "red" } }`, /colour/],
    ["an unknown choice", `{ madeUp: { style: carrier_pigeon } }`, /carrier_pigeon/],
  ])("settings with %s are refused with a sentence", async (_, settings, sentence) => {
    const mutation = `mutation { createConnection(input: { organizationId: "o", displayName: "X", settings: ${settings} }) { connection { id } } }`;
    const { messages } = await ask(mutation);
    expect(messages.join(" ")).toMatch(sentence);
  });
});

describe("connection types", () => {
  test("are described for forms", async () => {
    const query = `{ connectionTypes { id key name description guide settings { name kind label help required secret fixed default options } } }`;
    const { data, messages } = await ask(query, {}, keyOfOrganization(house.organizationId, "USERS_READ"));
    expect(messages).toEqual([]);
    expect(data.connectionTypes[0]).toMatchObject({
      id: "made-up",
      key: "madeUp",
      guide: "docs/administrators/made-up.md",
    });
    const byName = Object.fromEntries(
      data.connectionTypes[0].settings.map((each: { name: string }) => [each.name, each]),
    );
    expect(Object.keys(byName)).toHaveLength(11);
    expect(byName.tenant).toMatchObject({ kind: "TEXT", required: true, fixed: true, secret: false, default: null });
    expect(byName.password).toMatchObject({ kind: "SECRET", secret: true });
    expect(byName.algorithms).toMatchObject({ kind: "CHOICES", default: ["RS256"], options: ["RS256", "ES256"] });
    expect((await ask(query, {}, ANONYMOUS)).codes).toEqual(["UNAUTHENTICATED"]);
  });
});

describe("a connection", () => {
  const READ = `query ($id: ID!) { connection(id: $id) {
    id organizationId displayName type state version createdAt updatedAt
    policies { matchKey jitProvisioning missingName profileUpdate }
    settings { __typename ... on MadeUpSettings {
      address tenant password { setAt } serviceKey { setAt } strict skewSeconds style algorithms keys nickname } }
    serviceProvider { name value }
    health { lastTestedAt findings { check level message remedy } lastSucceededAt lastFailedAt lastFailureCode }
  } }`;

  test("shows everything except its secrets", async () => {
    const id = await create();
    const { data, messages } = await ask(READ, { id }, keyOfOrganization(house.organizationId, "CONNECTIONS_READ"));
    expect(messages).toEqual([]);
    expect(data.connection).toMatchObject({
      state: "DRAFT",
      policies: { matchKey: "EMAIL", jitProvisioning: true, missingName: "REJECT", profileUpdate: "EVERY_SIGN_IN" },
      settings: {
        __typename: "MadeUpSettings",
        address: COMPLETE.address,
        password: { setAt: START.toISOString() },
        serviceKey: null,
        strict: true,
        style: "form",
        algorithms: ["RS256"],
        keys: null,
      },
      serviceProvider: [{ name: "redirectUrl", value: `https://usher.example.com/sso/${id}/callback` }],
      health: { lastTestedAt: null, findings: [] },
    });
    expect(JSON.stringify(data)).not.toMatch(/p4ssw0rd|v1\./);
  });

  test("whose type is not installed says so, and the rest of the answer is complete", async () => {
    const [gone, other] = [await create(), await create()];
    const tested = `mutation ($id: ID!) { testConnection(id: $id) { findings { check } } }`;
    house.specimen.hooks.findings = [{ check: "CLOCK", level: "WARNING", message: "Late.", remedy: "Hurry." }];
    await ask(tested, { id: gone });
    house.specimen.hooks.findings = [];
    await house.services.begin(SYSTEM, { kind: "SYSTEM", actor: null }, (unit) =>
      unit.execute("UPDATE sso_connection SET type = 'uninstalled' WHERE id = ?", [gone]),
    );
    const { data, messages } = await ask(
      `query ($id: ID!) { organization(id: $id) { name connections { id type displayName
         settings { __typename } serviceProvider { name } health { findings { check level remedy } } } } }`,
      { id: house.organizationId },
    );
    expect(messages).toEqual([]);
    const find = (id: string) => data.organization.connections.find((each: { id: string }) => each.id === id);
    expect(find(gone)).toEqual({
      id: gone,
      type: "uninstalled",
      displayName: "Acme ID",
      settings: null,
      serviceProvider: null,
      health: {
        findings: [
          { check: "CONNECTION_TYPE_INSTALLED", level: "ERROR", remedy: expect.stringContaining("operator") },
          { check: "CLOCK", level: "WARNING", remedy: "Hurry." },
        ],
      },
    });
    expect(find(other)).toMatchObject({
      settings: { __typename: "MadeUpSettings" },
      serviceProvider: [{ name: "redirectUrl" }],
      health: { findings: [] },
    });
    expect(describeConnection(house.services, (await findConnection(house.services.reader, null, gone))!)).toBeNull();
    expect((await ask(tested, { id: gone })).codes).toEqual(["UNKNOWN_CONNECTION_TYPE"]);
    expect(
      (
        await ask(`mutation ($id: ID!) { deleteConnection(id: $id) { connection { settings { __typename } } } }`, {
          id: gone,
        })
      ).data,
    ).toEqual({ deleteConnection: { connection: { settings: null } } });
  });

  test("is changed, tested, activated, disabled and deleted", async () => {
    const id = await create();
    const update = await ask(
      `mutation ($id: ID!) { updateConnection(input: { id: $id, expectedVersion: 1, displayName: "New",
         policies: { jitProvisioning: false }, settings: { madeUp: { nickname: "Joe", strict: false, style: plain_text } } }) {
         connection { version policies { jitProvisioning } settings { ... on MadeUpSettings { nickname strict style tenant } } } } }`,
      { id },
    );
    expect(update.messages).toEqual([]);
    expect(update.data.updateConnection.connection).toEqual({
      version: 2,
      policies: { jitProvisioning: false },
      settings: { nickname: "Joe", strict: false, style: "plain_text", tenant: "t1" },
    });
    const cleared = await ask(
      `mutation ($id: ID!) { updateConnection(input: { id: $id, settings: { madeUp: { nickname: null } } }) {
         connection { settings { ... on MadeUpSettings { nickname strict } } } } }`,
      { id },
    );
    expect(cleared.data.updateConnection.connection.settings).toEqual({ nickname: null, strict: false });

    house.specimen.hooks.findings = [{ check: "CLOCK", level: "WARNING", message: "Late.", remedy: "Hurry." }];
    const tested = await ask(
      `mutation ($id: ID!) { testConnection(id: $id) { findings { check level message remedy } } }`,
      { id },
    );
    expect(tested.data.testConnection.findings).toEqual(house.specimen.hooks.findings);

    const run = async (name: string) => {
      const answer = await ask(
        `mutation ($id: ID!) { ${name}(id: $id) { connection { id state health { findings { check } } } } }`,
        { id },
      );
      expect(answer.messages).toEqual([]);
      return answer.data[name].connection;
    };
    expect(await run("activateConnection")).toEqual({
      id,
      state: "ACTIVE",
      health: { findings: [{ check: "CLOCK" }] },
    });
    expect(await run("disableConnection")).toMatchObject({ state: "DISABLED" });
    expect(await run("deleteConnection")).toMatchObject({ id });
    expect(await ask(READ, { id })).toMatchObject({ data: { connection: null }, codes: [] });
  });

  test("is listed with the others of its organization, the oldest first, with one query for a page", async () => {
    const made: string[] = [];
    for (let number = 0; number < 3; number += 1) made.push(await create());
    const LIST = `query ($id: ID!, $first: Int, $after: String) {
      ssoConnections(organizationId: $id, first: $first, after: $after) {
        nodes { id } totalCount pageInfo { hasNextPage endCursor } } }`;
    const ids: string[] = [];
    for (let after: string | null = null; ;) {
      const { data, messages } = await ask(LIST, { id: house.organizationId, first: 2, after });
      expect(messages).toEqual([]);
      ids.push(...data.ssoConnections.nodes.map(({ id }: { id: string }) => id));
      expect(data.ssoConnections.nodes.length).toBeLessThanOrEqual(2);
      if (!data.ssoConnections.pageInfo.hasNextPage) {
        expect(ids).toHaveLength(data.ssoConnections.totalCount);
        break;
      }
      after = data.ssoConnections.pageInfo.endCursor;
    }
    expect(ids.slice(-3)).toEqual(made);
    const { statements } = await countQueries(() =>
      ask("query ($id: ID!) { ssoConnections(organizationId: $id) { nodes { id state } } }", {
        id: house.organizationId,
      }),
    );
    expect(statements).toHaveLength(1);
  });

  test("the key of a different type is refused with CONNECTION_TYPE_FIXED", async () => {
    const id = await create();
    const { codes } = await ask(
      `mutation ($id: ID!) { updateConnection(input: { id: $id, settings: { plain: { word: "x" } } }) { connection { id } } }`,
      { id },
    );
    expect(codes).toEqual(["CONNECTION_TYPE_FIXED"]);
  });

  test("a key with only CONNECTIONS_WRITE sees the answer of its mutation, and cannot read", async () => {
    const writer = keyOfOrganization(house.organizationId, "CONNECTIONS_WRITE");
    const { data, messages } = await ask(
      CREATE,
      { organizationId: house.organizationId, settings: { madeUp: COMPLETE } },
      writer,
    );
    expect(messages).toEqual([]);
    expect(data.createConnection.connection.serviceProvider).toHaveLength(1);
    const { codes } = await ask(READ, { id: data.createConnection.connection.id }, writer);
    expect(codes).toEqual(["FORBIDDEN"]);
  });
});

describe("an organization's connections", () => {
  const LIST = `query ($id: ID!) { organization(id: $id) { id connections { id displayName type state } } }`;

  test("are listed, the oldest first", async () => {
    const id = await create();
    const { data, messages } = await ask(LIST, { id: house.organizationId });
    expect(messages).toEqual([]);
    expect(data.organization.connections.at(-1)).toEqual({
      id,
      displayName: "Acme ID",
      type: "made-up",
      state: "DRAFT",
    });
  });

  test("are FORBIDDEN without CONNECTIONS_READ", async () => {
    const member = keyOfOrganization(house.organizationId, "USERS_READ");
    expect((await ask(LIST, { id: house.organizationId }, member)).codes).toEqual(["FORBIDDEN"]);
  });
});

describe("a user's identities", () => {
  test("show only the connection's name to a caller with USERS_READ", async () => {
    const connectionId = await create();
    const user = await house.services.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
      const { user: account } = await createAccount(
        unit,
        { id: house.organizationId, name: "Acme", policies: DEFAULT_ORGANIZATION_POLICIES },
        {
          given: { source: "API", sourceId: null, values: { email: "a@b.test", firstName: "A", lastName: "B" } },
          authMethod: "SSO",
          status: "ACTIVE",
          roles: [],
          roleSource: "DEFAULT",
        },
      );
      await insertIdentity(unit, { connectionId, userId: account.id, issuer: "i", subject: "s", emailKey: null });
      return account;
    });
    const query = (fields: string) =>
      `query ($id: ID!) { user(id: $id) { identities { issuer subject createdAt lastSignedInAt connection { ${fields} } } } }`;
    const reader = keyOfOrganization(house.organizationId, "USERS_READ");
    const { data, messages } = await ask(query("id displayName type state"), { id: user.id }, reader);
    expect(messages).toEqual([]);
    expect(data.user.identities).toEqual([
      {
        issuer: "i",
        subject: "s",
        createdAt: START.toISOString(),
        lastSignedInAt: null,
        connection: { id: connectionId, displayName: "Acme ID", type: "made-up", state: "DRAFT" },
      },
    ]);
    for (const field of [
      "settings { __typename }",
      "policies { matchKey }",
      "health { lastTestedAt }",
      "serviceProvider { name }",
    ])
      expect((await ask(query(field), { id: user.id }, reader)).codes).toEqual(["FORBIDDEN"]);
    const writer = keyOfOrganization(house.organizationId, "USERS_WRITE");
    const update = `mutation ($id: ID!) { updateUser(input: { id: $id, firstName: "Z" }) { user { identities { subject } } } }`;
    expect((await ask(update, { id: user.id }, writer)).codes).toEqual(["FORBIDDEN"]);
    const themselves: Caller = {
      kind: "PERSON",
      userId: user.id,
      sessionId: "s",
      organizationId: house.organizationId,
      permissions: new Set(),
    };
    const own = await ask("{ viewer { user { identities { subject connection { displayName } } } } }", {}, themselves);
    expect(own.data.viewer.user.identities).toEqual([{ subject: "s", connection: { displayName: "Acme ID" } }]);
  });
});
