/** Connections from draft to deletion, over a real database. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ANONYMOUS, SYSTEM } from "../../../src/access/caller.js";
import type { AnyConnectionType } from "../../../src/connection/contract/index.js";
import { describeConnection } from "../../../src/connection/metadata-document.js";
import { openOwnKeys } from "../../../src/connection/settings/own-keys.js";
import {
  findHealthOfConnections,
  noteSignInFailed,
  noteSignInSucceeded,
} from "../../../src/connection/stored/connection-health.repository.js";
import { activateConnection, testConnection } from "../../../src/connection/stored/activation.js";
import {
  createConnection,
  deleteConnection,
  disableConnection,
  readConnection,
} from "../../../src/connection/stored/connection.operations.js";
import { updateConnection } from "../../../src/connection/stored/update-connection.js";
import {
  findActiveConnections,
  findConnectionsOfOrganizations,
} from "../../../src/connection/stored/connection.repository.js";
import { openSettings, showSettings } from "../../../src/connection/settings/stored-settings.js";
import { createRegistry } from "../../../src/connection/registry.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import { DEFAULT_CONNECTION_POLICIES } from "../../../src/connection/stored/policies.js";
import { createAccount } from "../../../src/people/user/user.changes.js";
import { openSession } from "../../../src/people/session/session.repository.js";
import {
  COMPLETE,
  draft,
  eventsOf,
  failureOf,
  keyOfOrganization,
  openHouse,
  OPERATOR,
  ring,
  START,
  type House,
} from "../support/house.js";
import { createSpecimen, PLAIN_TYPE, unreachable } from "../support/specimen.js";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());
beforeEach(() => {
  Object.assign(house.specimen.hooks, { findings: [], diagnose: null, imported: null });
});

const change = (id: string, madeUp: Record<string, unknown>, more = {}) =>
  updateConnection(house.services, OPERATOR, { id, settings: { madeUp }, ...more });

const settingsNow = async (id: string) => {
  const connection = await readConnection(house.services, OPERATOR, id);
  return openSettings(house.specimen.type, house.services.runtime.keyRing, connection);
};

const auditOf = async (id: string) =>
  await house.services.reader.rows<{ action: string; before_value: string | null; after_value: string | null }>(
    "SELECT action, before_value, after_value FROM audit_entry WHERE subject_id = ? ORDER BY id",
    [id],
  );

/** Opens a session through a connection. */
async function giveSession(connectionId: string): Promise<void> {
  const { services, organizationId } = house;
  await services.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    const { user } = await createAccount(
      unit,
      { id: house.organizationId, name: "Acme", policies: DEFAULT_ORGANIZATION_POLICIES },
      {
        given: {
          source: "API",
          sourceId: null,
          values: {
            email: "a@acme.test",
            firstName: "A",
            lastName: "B",
          },
        },
        authMethod: "SSO",
        status: "ACTIVE",
        roles: [],
        roleSource: "DEFAULT",
      },
    );
    await openSession(unit, {
      policies: DEFAULT_ORGANIZATION_POLICIES,
      tokenHash: connectionId.replaceAll("-", "").padEnd(64, Math.random().toString(16).slice(2)).slice(0, 64),
      userId: user.id,
      organizationId,
      connectionId,
      client: { address: null, userAgent: null },
    });
  });
}

const sessionsOf = async (connectionId: string) =>
  (await house.services.reader.rows("SELECT id FROM user_session WHERE connection_id = ?", [connectionId])).length;

describe("creating", () => {
  test("makes a draft without settings and without the network", async () => {
    const connection = await createConnection(house.services, OPERATOR, {
      organizationId: house.organizationId,
      displayName: "  Acme ID ",
      settings: { madeUp: {} },
    });
    expect(connection).toMatchObject({
      displayName: "Acme ID",
      type: "made-up",
      state: "DRAFT",
      version: 1,
      trustVersion: 1,
      settings: {},
      secrets: {},
      firstActivatedAt: null,
      policies: { matchKey: "EMAIL", jitProvisioning: true, missingName: "REJECT", profileUpdate: "EVERY_SIGN_IN" },
    });
    expect(await readConnection(house.services, OPERATOR, connection.id)).toEqual(connection);
  });

  test("stores settings, seals secrets, and applies defaults", async () => {
    const connection = await draft(house, { keys: ["k1", "k1", "k2"], strict: false });
    const [row] = await house.services.reader.rows<{ settings: string; secrets: string }>(
      "SELECT settings, secrets FROM sso_connection WHERE id = ?",
      [connection.id],
    );
    expect(JSON.parse(row?.settings ?? "")).toEqual({
      address: COMPLETE.address,
      tenant: "t1",
      strict: false,
      keys: ["k1", "k2"],
    });
    expect(row?.secrets).not.toContain(COMPLETE.password);
    expect(JSON.parse(row?.secrets ?? "")).toEqual({
      password: { sealed: expect.stringMatching(/^v1\./), setAt: START.toISOString() },
    });
    expect(await settingsNow(connection.id)).toEqual({
      ...COMPLETE,
      serviceKey: null,
      strict: false,
      skewSeconds: 60,
      style: "form",
      algorithms: ["RS256"],
      keys: ["k1", "k2"],
      metadata: null,
      nickname: null,
    });
  });

  test("a sealed secret does not open in a different connection or under a different name", async () => {
    const [one, two] = [await draft(house), await draft(house)];
    const { keyRing } = house.services.runtime;
    const open = (id: string, name: string) => () =>
      openSettings(house.specimen.type, keyRing, {
        id,
        settings: {},
        secrets: { [name]: one.secrets["password"] as never },
        settingsVersion: 1,
      });
    expect(open(one.id, "password")()).toMatchObject({ password: COMPLETE.password });
    expect(open(two.id, "password")).toThrow(/sealed text/);
    expect(open(one.id, "serviceKey")).toThrow(/sealed text/);
  });

  test("reports every mistake in single settings at its path", async () => {
    const failure = await failureOf(
      createConnection(house.services, OPERATOR, {
        organizationId: house.organizationId,
        displayName: "x".repeat(101),
        buttonLabel: "Login\u202e with SSO",
        settings: {
          madeUp: { address: "http://id.example.com", tenant: 7, strict: "yes", keys: ["a", ""], colour: "red" },
        },
        policies: { matchKey: "PHONE" as never, toString: "RED" } as never,
      }),
    );
    expect(failure.code).toBe("INVALID_INPUT");
    expect(failure.details.fields.map(({ path, code }: { path: string; code: string }) => [path, code])).toEqual([
      ["displayName", "INVALID"],
      ["buttonLabel", "INVALID"],
      ["settings.madeUp.colour", "UNKNOWN"],
      ["settings.madeUp.address", "INVALID"],
      ["settings.madeUp.tenant", "INVALID"],
      ["settings.madeUp.strict", "INVALID"],
      ["settings.madeUp.keys", "INVALID"],
      ["policies.matchKey", "INVALID"],
      ["policies.toString", "UNKNOWN"],
    ]);
  });

  test.each<[string, Record<string, never>, string, string]>([
    ["no type", {}, "settings", "REQUIRED"],
    ["two types", { madeUp: {}, plain: {} } as never, "settings", "INVALID"],
    ["an unknown type", { saml: {} } as never, "settings.saml", "UNKNOWN"],
    ["a key of the prototype", { constructor: {} } as never, "settings.constructor", "UNKNOWN"],
    ["settings that are a list", { madeUp: [] } as never, "settings.madeUp", "INVALID"],
  ])("refuses %s", async (_, settings, path, code) => {
    const { organizationId } = house;
    const failure = await failureOf(
      createConnection(house.services, OPERATOR, { organizationId, displayName: "X", settings }),
    );
    expect(failure.details.fields).toMatchObject([{ path, code }]);
  });

  test("completes settings from a document, except those that the input sets", async () => {
    const connection = await draft(house, { metadata: "nickname=Joe\naddress=https://other.example.com" });
    expect(connection.settings).toMatchObject({ nickname: "Joe", address: COMPLETE.address });
  });

  test("keeps a document of a million characters", async () => {
    const metadata = "x".repeat(1_000_000);
    const { id } = await draft(house, { metadata });
    expect(await settingsNow(id)).toMatchObject({ metadata });
  });

  test("appends an event and an audit entry, without secrets", async () => {
    const connection = await draft(house, { metadata: "nickname=Joe" });
    const event = (await eventsOf(house, house.organizationId)).at(-1);
    expect(event).toEqual({
      type: "connection.created",
      version: 1,
      data: {
        connection: {
          id: connection.id,
          displayName: "Acme ID",
          buttonLabel: null,
          type: "made-up",
          state: "DRAFT",
          policies: connection.policies,
        },
        changed: null,
        changedSettings: ["address", "tenant", "password", "metadata", "nickname"],
      },
    });
    const [entry] = await auditOf(connection.id);
    expect(entry).toMatchObject({ action: "connection.created", before_value: null });
    expect(JSON.parse(entry?.after_value ?? "")).toMatchObject({
      settings: {
        address: COMPLETE.address,
        password: { setAt: START.toISOString() },
        metadata: { characters: 12, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    });
    expect(JSON.stringify([entry, event])).not.toContain(COMPLETE.password);
    expect(JSON.stringify([entry, event])).not.toContain("v1.");
  });
});

describe("who may", () => {
  const actions: [string, (id: string, caller: Parameters<typeof readConnection>[1]) => Promise<unknown>][] = [
    ["update", (id, caller) => updateConnection(house.services, caller, { id, displayName: "Taken over" })],
    ["activate", (id, caller) => activateConnection(house.services, caller, id)],
    ["disable", (id, caller) => disableConnection(house.services, caller, id)],
    ["test", (id, caller) => testConnection(house.services, caller, id)],
    ["delete", (id, caller) => deleteConnection(house.services, caller, id)],
  ];

  test.each(actions)(
    "%s: no caller of a different organization, without the permission, or anonymous",
    async (_, act) => {
      const connection = await draft(house);
      const outsider = keyOfOrganization(house.otherOrganizationId);
      const reader = keyOfOrganization(house.organizationId, "CONNECTIONS_READ", "USERS_WRITE");
      expect(await failureOf(act(connection.id, outsider))).toMatchObject({ code: "NOT_FOUND" });
      expect(await failureOf(act(connection.id, reader))).toMatchObject({ code: "FORBIDDEN" });
      expect(await failureOf(act(connection.id, ANONYMOUS))).toMatchObject({ code: "UNAUTHENTICATED" });
      expect(await readConnection(house.services, OPERATOR, connection.id)).toEqual(connection);
      await act(connection.id, keyOfOrganization(house.organizationId, "CONNECTIONS_WRITE"));
    },
  );

  test("create and read: no caller of a different organization or without the permission", async () => {
    const input = { organizationId: house.organizationId, displayName: "X", settings: { plain: {} } };
    const connection = await draft(house);
    const outsider = keyOfOrganization(house.otherOrganizationId);
    expect(await failureOf(createConnection(house.services, outsider, input))).toMatchObject({ code: "NOT_FOUND" });
    expect(await failureOf(readConnection(house.services, outsider, connection.id))).toMatchObject({
      code: "NOT_FOUND",
    });
    const member = keyOfOrganization(house.organizationId, "USERS_READ");
    expect(await failureOf(createConnection(house.services, member, input))).toMatchObject({ code: "FORBIDDEN" });
    expect(await failureOf(readConnection(house.services, member, connection.id))).toMatchObject({ code: "FORBIDDEN" });
    expect(
      await failureOf(createConnection(house.services, OPERATOR, { ...input, organizationId: "nobody" })),
    ).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("updating", () => {
  test("keeps absent settings, clears settings that are null, and raises the version once", async () => {
    const before = await draft(house, { nickname: "Joe", strict: false });
    house.advance(60);
    const after = await change(before.id, { nickname: null, strict: null, skewSeconds: 5 }, { displayName: "New" });
    expect(after).toMatchObject({ displayName: "New", version: 2, trustVersion: 1, secrets: before.secrets });
    expect(after.settings).toEqual({ address: COMPLETE.address, tenant: "t1", skewSeconds: 5 });
    expect(after.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
    expect(await settingsNow(before.id)).toMatchObject({ nickname: null, strict: true, password: COMPLETE.password });
    expect(await readConnection(house.services, OPERATOR, before.id)).toEqual(after);
  });

  test("stores nothing and appends no event without a change", async () => {
    const before = await draft(house, { keys: ["a", "b"] });
    const told = (await eventsOf(house, house.organizationId)).length;
    const after = await change(
      before.id,
      { address: COMPLETE.address, strict: true, keys: ["b", "a"], nickname: null, serviceKey: null },
      { displayName: "Acme ID", policies: { matchKey: "EMAIL", missingName: null } },
    );
    expect(after).toEqual(before);
    expect((await eventsOf(house, house.organizationId)).length).toBe(told);
  });

  test("keeps an absent button label, clears it for null, and names the change in the event", async () => {
    const { id } = await draft(house);
    const update = (input: object) => updateConnection(house.services, OPERATOR, { id, ...input });
    await update({ buttonLabel: "Login with SSO" });
    const { data } = (await eventsOf(house, house.organizationId)).at(-1)!;
    expect([data.connection.buttonLabel, data.changed]).toEqual([
      "Login with SSO",
      { buttonLabel: { before: null, after: "Login with SSO" } },
    ]);
    expect(await update({ displayName: "Other" })).toMatchObject({ buttonLabel: "Login with SSO", version: 3 });
    expect(await update({ buttonLabel: "Login with SSO" })).toMatchObject({ version: 3 });
    expect(await update({ buttonLabel: null })).toMatchObject({ buttonLabel: null, version: 4 });
    expect((await failureOf(update({ buttonLabel: "x".repeat(101) }))).details.fields).toMatchObject([
      { path: "buttonLabel", code: "INVALID" },
    ]);
  });

  test("keeps absent policies, and null restores the default", async () => {
    const { id } = await draft(house);
    await updateConnection(house.services, OPERATOR, {
      id,
      policies: { matchKey: "SUBJECT", missingName: "USE_EMAIL" },
    });
    const after = await updateConnection(house.services, OPERATOR, {
      id,
      policies: { matchKey: null, jitProvisioning: false },
    });
    expect(after.policies).toEqual({
      ...DEFAULT_CONNECTION_POLICIES,
      matchKey: "EMAIL",
      jitProvisioning: false,
      missingName: "USE_EMAIL",
      profileUpdate: "EVERY_SIGN_IN",
    });
    const event = (await eventsOf(house, house.organizationId)).at(-1);
    expect(event).toMatchObject({
      type: "connection.updated",
      version: 3,
      data: { changed: { policies: { after: after.policies } }, changedSettings: [] },
    });
  });

  test("refuses a version that is not the current one", async () => {
    const { id } = await draft(house);
    await change(id, { nickname: "one" }, { expectedVersion: 1 });
    expect(await failureOf(change(id, { nickname: "two" }, { expectedVersion: 1 }))).toMatchObject({
      code: "VERSION_CONFLICT",
      details: { expected: 1, actual: 2 },
    });
    expect(await settingsNow(id)).toMatchObject({ nickname: "one" });
  });

  test("refuses settings of a different type", async () => {
    const { id } = await draft(house);
    const failure = await failureOf(
      updateConnection(house.services, OPERATOR, { id, settings: { plain: { word: "x" } } }),
    );
    expect(failure).toMatchObject({
      code: "CONNECTION_TYPE_FIXED",
      details: { type: "made-up", requested: "plain" },
    });
  });

  test("names a replaced secret in the event and the audit entry without its value", async () => {
    const { id, secrets } = await draft(house);
    house.advance(60);
    const after = await change(id, { password: "n3w-s3cret" });
    expect(after.version).toBe(2);
    expect(after.secrets["password"]?.setAt).not.toBe(secrets["password"]?.setAt);
    expect(await settingsNow(id)).toMatchObject({ password: "n3w-s3cret" });
    const entry = (await auditOf(id)).at(-1);
    expect(JSON.parse(entry?.before_value ?? "").settings).toEqual({ password: { setAt: secrets["password"]?.setAt } });
    expect(JSON.parse(entry?.after_value ?? "").settings).toEqual({
      password: { setAt: after.secrets["password"]?.setAt },
    });
    expect(JSON.stringify([entry, await eventsOf(house, house.organizationId)])).not.toMatch(/n3w-s3cret|p4ssw0rd/);
  });

  test("a cleared secret is gone", async () => {
    const { id } = await draft(house);
    expect((await change(id, { password: null })).secrets).toEqual({});
  });

  test("a secret whose key is lost can be replaced", async () => {
    const { id } = await draft(house, { serviceKey: "kept" });
    const services = { ...house.services, runtime: { ...house.services.runtime, keyRing: ring() } };
    const replace = (madeUp: Record<string, unknown>) =>
      updateConnection(services, OPERATOR, { id, settings: { madeUp } });
    await expect(replace({ nickname: "x" })).rejects.toThrow(/sealed text/);
    const after = await replace({ password: "new", serviceKey: null });
    expect(openSettings(house.specimen.type, services.runtime.keyRing, after)).toMatchObject({
      password: "new",
      serviceKey: null,
    });
  });
});

describe("trust", () => {
  test.each<[string, Record<string, unknown>, number]>([
    ["a different address", { address: "https://other.example.com" }, 2],
    ["different algorithms", { algorithms: ["ES256"] }, 2],
    ["a removed key", { keys: ["k1"] }, 2],
    ["an added key", { keys: ["k1", "k2", "k3"] }, 1],
    ["a replaced secret", { password: "other" }, 1],
    ["a setting without trust", { nickname: "x" }, 1],
  ])("%s", async (_, settings, trustVersion) => {
    const { id } = await draft(house, { keys: ["k1", "k2"] });
    await giveSession(id);
    const after = await change(id, settings);
    expect(after).toMatchObject({ version: 2, trustVersion });
    expect(await sessionsOf(id)).toBe(trustVersion === 1 ? 1 : 0);
  });

  test("a new display name or button label does not end sessions", async () => {
    const { id } = await draft(house);
    await giveSession(id);
    await updateConnection(house.services, OPERATOR, { id, displayName: "Other" });
    const after = await updateConnection(house.services, OPERATOR, { id, buttonLabel: " Login with SSO " });
    expect(after).toMatchObject({ buttonLabel: "Login with SSO", version: 3, trustVersion: 1 });
    expect(await sessionsOf(id)).toBe(1);
  });
});

describe("activating", () => {
  test("needs all required settings before it asks the provider", async () => {
    const { id } = await createConnection(house.services, OPERATOR, {
      organizationId: house.organizationId,
      displayName: "X",
      settings: { madeUp: { tenant: "t", style: "plain_text" } },
    });
    house.specimen.hooks.diagnose = () => Promise.reject(new Error("asked"));
    const failure = await failureOf(activateConnection(house.services, OPERATOR, id));
    expect(failure).toMatchObject({
      code: "CONNECTION_NOT_READY",
      message: expect.stringContaining(".address: is required. settings.madeUp.password: is required."),
      details: {
        findings: [],
        fields: [
          { path: "settings.madeUp.address", code: "REQUIRED" },
          { path: "settings.madeUp.password", code: "REQUIRED" },
          { path: "settings.madeUp.style", code: "INVALID" },
        ],
      },
    });
    expect(await readConnection(house.services, OPERATOR, id)).toMatchObject({ state: "DRAFT", version: 1 });
  });

  test("is refused after an error, not after a warning", async () => {
    const { id } = await draft(house);
    const warning = { check: "CLOCK", level: "WARNING", message: "It is late.", remedy: "Hurry." } as const;
    const error = { check: "KEYS", level: "ERROR", message: "There are no keys.", remedy: "Make some." } as const;
    house.specimen.hooks.findings = [warning, error];
    expect(await failureOf(activateConnection(house.services, OPERATOR, id))).toMatchObject({
      code: "CONNECTION_NOT_READY",
      message: "The connection cannot be activated yet. There are no keys.",
      details: { findings: [warning, error], fields: [] },
    });
    expect((await findHealthOfConnections(house.services.reader, [id])).get(id)?.findings).toEqual([warning, error]);
    house.specimen.hooks.findings = [warning];
    expect(await activateConnection(house.services, OPERATOR, id)).toMatchObject({
      connection: { state: "ACTIVE" },
      findings: [warning],
    });
  });

  test("a refusal of the provider is a finding with a remedy", async () => {
    const { id } = await draft(house);
    house.specimen.hooks.diagnose = () => Promise.reject(unreachable());
    expect((await failureOf(activateConnection(house.services, OPERATOR, id))).details.findings).toEqual([
      {
        check: "MADE_UP_UNREACHABLE",
        level: "ERROR",
        message: "the provider answered 500",
        remedy: "Look at its address.",
      },
    ]);
  });

  test("raises version and trust version, appends an event, and is idempotent", async () => {
    const { id } = await draft(house);
    const { connection: active } = await activateConnection(house.services, OPERATOR, id);
    expect(active).toMatchObject({ state: "ACTIVE", version: 2, trustVersion: 2 });
    expect(active.firstActivatedAt).not.toBeNull();
    house.specimen.hooks.findings = [{ check: "X", level: "ERROR", message: "X.", remedy: "X." }];
    expect(await activateConnection(house.services, OPERATOR, id)).toEqual({ connection: active, findings: [] });
    const events = (await eventsOf(house, house.organizationId)).filter(({ data }) => data.connection?.id === id);
    expect(events.map(({ type }) => type)).toEqual(["connection.created", "connection.activated"]);
    expect(events[1]?.data.changed).toEqual({ state: { before: "DRAFT", after: "ACTIVE" } });
    const listed = await findActiveConnections(house.services.reader, house.organizationId);
    expect(listed.map((each) => each.id)).toContain(id);
  });

  test("is refused if the connection changed during the diagnosis", async () => {
    const { id } = await draft(house);
    house.specimen.hooks.diagnose = async () => {
      house.specimen.hooks.diagnose = null;
      await change(id, { address: "https://evil.example.com" });
    };
    expect(await failureOf(activateConnection(house.services, OPERATOR, id))).toMatchObject({
      code: "VERSION_CONFLICT",
      details: { expected: 1, actual: 2 },
    });
    expect(await readConnection(house.services, OPERATOR, id)).toMatchObject({ state: "DRAFT" });
  });

  test("two at once activate once", async () => {
    const { id } = await draft(house);
    const both = await Promise.all([1, 2].map(() => activateConnection(house.services, OPERATOR, id)));
    expect(both.map(({ connection }) => connection.version)).toEqual([2, 2]);
  });

  test("fills empty settings from the documents at addresses", async () => {
    const { id } = await draft(house, { nickname: "mine" });
    house.specimen.hooks.imported = { keys: ["fetched"], nickname: "theirs" };
    const { connection: active } = await activateConnection(house.services, OPERATOR, id);
    expect(active.settings).toMatchObject({ keys: ["fetched"], nickname: "mine" });
    expect(await settingsNow(id)).toMatchObject({ password: COMPLETE.password });
  });

  test("reports a document that cannot be parsed, without asking the provider", async () => {
    const { id } = await draft(house);
    house.specimen.hooks.imported = { keys: [""] };
    expect((await failureOf(activateConnection(house.services, OPERATOR, id))).details.fields).toMatchObject([
      { path: "settings.madeUp.keys", code: "INVALID" },
    ]);
  });

  test("fixes fixed settings, even after the connection is disabled", async () => {
    const { id } = await draft(house);
    await change(id, { tenant: "t2" });
    await activateConnection(house.services, OPERATOR, id);
    await change(id, { tenant: "t2" });
    const refused = { code: "INVALID_INPUT", details: { fields: [{ path: "settings.madeUp.tenant", code: "FIXED" }] } };
    expect(await failureOf(change(id, { tenant: "t3" }))).toMatchObject(refused);
    await disableConnection(house.services, OPERATOR, id);
    expect(await failureOf(change(id, { tenant: null }))).toMatchObject(refused);
    expect(await settingsNow(id)).toMatchObject({ tenant: "t2" });
  });

  test("an active connection cannot lose required settings", async () => {
    const { id } = await draft(house);
    await activateConnection(house.services, OPERATOR, id);
    expect((await failureOf(change(id, { password: null, style: "plain_text" }))).details.fields).toMatchObject([
      { path: "settings.madeUp.password", code: "REQUIRED" },
      { path: "settings.madeUp.style", code: "INVALID" },
    ]);
  });
});

describe("testing", () => {
  test("works on drafts: each missing setting is a finding, and the version stays", async () => {
    const { id } = await createConnection(house.services, OPERATOR, {
      organizationId: house.organizationId,
      displayName: "X",
      settings: { plain: {} },
    });
    const findings = await testConnection(house.services, OPERATOR, id);
    expect(findings).toEqual([
      {
        check: "SETTINGS_COMPLETE",
        level: "ERROR",
        message: "settings.plain.word is required.",
        remedy: expect.any(String),
      },
    ]);
    const health = (await findHealthOfConnections(house.services.reader, [id])).get(id);
    expect(health).toMatchObject({ findings, lastTestedAt: expect.any(Date), lastSucceededAt: null });
    expect(await readConnection(house.services, OPERATOR, id)).toMatchObject({ version: 1, state: "DRAFT" });
  });

  test("sign-ins change only the health", async () => {
    const { id } = await draft(house);
    const { begin, reader } = house.services;
    await begin(SYSTEM, { kind: "SIGN_IN", actor: id }, async (unit) => {
      await noteSignInSucceeded(unit, id);
      await noteSignInFailed(unit, id, "MADE_UP_UNREACHABLE", null);
    });
    expect((await findHealthOfConnections(reader, [id])).get(id)).toMatchObject({
      lastSucceededAt: expect.any(Date),
      lastFailedAt: expect.any(Date),
      lastFailureCode: "MADE_UP_UNREACHABLE",
    });
    expect(await readConnection(house.services, OPERATOR, id)).toMatchObject({ version: 1 });
  });
});

describe("disabling and deleting", () => {
  test("disabling ends the sessions in the same unit of work, raises the trust version, and is idempotent", async () => {
    const { id } = await draft(house);
    expect(await disableConnection(house.services, OPERATOR, id)).toMatchObject({ state: "DRAFT", version: 1 });
    await activateConnection(house.services, OPERATOR, id);
    await giveSession(id);
    const off = await disableConnection(house.services, OPERATOR, id);
    expect(off).toMatchObject({ state: "DISABLED", version: 3, trustVersion: 3 });
    expect(await sessionsOf(id)).toBe(0);
    expect(await disableConnection(house.services, OPERATOR, id)).toEqual(off);
    expect(JSON.parse((await auditOf(id)).at(-1)?.after_value ?? "")).toMatchObject({ endedSessions: 1 });
    const first = off.firstActivatedAt;
    house.advance(60);
    expect(await activateConnection(house.services, OPERATOR, id)).toMatchObject({
      connection: { firstActivatedAt: first },
    });
  });

  test("deleting ends the sessions and returns the connection", async () => {
    const { id } = await draft(house);
    await giveSession(id);
    expect(await deleteConnection(house.services, OPERATOR, id)).toMatchObject({ id, displayName: "Acme ID" });
    expect(await sessionsOf(id)).toBe(0);
    expect(await failureOf(readConnection(house.services, OPERATOR, id))).toMatchObject({ code: "NOT_FOUND" });
    expect(await failureOf(deleteConnection(house.services, OPERATOR, id))).toMatchObject({ code: "NOT_FOUND" });
    const events = await eventsOf(house, house.organizationId);
    expect(events.at(-1)).toMatchObject({ type: "connection.deleted", data: { connection: { id } } });
    const entry = (await auditOf(id)).at(-1);
    expect(entry).toMatchObject({ action: "connection.deleted", after_value: null });
  });

  test("a connection whose type is not installed can be listed, disabled and deleted", async () => {
    const { id } = await draft(house);
    await activateConnection(house.services, OPERATOR, id);
    const services = { ...house.services, registry: createRegistry([PLAIN_TYPE]) };
    const listed = await findConnectionsOfOrganizations(services.reader, [house.organizationId, "nobody"]);
    expect(listed.get(house.organizationId)?.map((each) => each.id)).toContain(id);
    expect(listed.get("nobody")).toEqual([]);
    expect(await failureOf(testConnection(services, OPERATOR, id))).toMatchObject({ code: "UNKNOWN_CONNECTION_TYPE" });
    expect(await disableConnection(services, OPERATOR, id)).toMatchObject({ state: "DISABLED" });
    await deleteConnection(services, OPERATOR, id);
  });
});

describe("the connection's own keys", () => {
  const keys = { signing: [{ privateKey: "PRIVATE", certificate: "PUBLIC" }], decryption: [] };
  const keyed = (): AnyConnectionType => ({
    ...house.specimen.type,
    createKeys: async () => keys,
    metadataDocument: ({ metadataUrl }, settings, own) => ({
      contentType: "text/plain",
      body: [metadataUrl, settings["tenant"], own?.signing[0]?.certificate].join(" "),
    }),
  });

  test("are created with it, sealed, kept through changes, and available for its metadata document", async () => {
    const services = { ...house.services, registry: createRegistry([keyed()]) };
    const { id } = await createConnection(services, OPERATOR, {
      organizationId: house.organizationId,
      displayName: "X",
      settings: { madeUp: { tenant: "t1" } },
    });
    const after = await updateConnection(services, OPERATOR, { id, settings: { madeUp: { password: "p" } } });
    expect(await readConnection(services, OPERATOR, id)).toEqual(after);
    expect(after.secrets).toEqual({ password: expect.anything() });
    expect(openOwnKeys(services.runtime.keyRing, after)).toEqual(keys);
    const row = await services.reader.row<{ secrets: string }>("SELECT secrets FROM sso_connection WHERE id = ?", [id]);
    expect(row?.secrets).not.toContain("PRIVATE");
    expect(describeConnection(services, after)).toEqual({
      contentType: "text/plain",
      body: `https://usher.example.com/sso/${id}/metadata t1 PUBLIC`,
    });
  });

  test("do not exist if the type makes none, and neither does a document", async () => {
    const connection = await draft(house);
    expect(connection.ownKeys).toBeNull();
    expect(describeConnection(house.services, connection)).toBeNull();
  });
});

describe("settings of an older version", () => {
  test("are upgraded when read, and stored upgraded at the next change", async () => {
    const { id } = await draft(house);
    const newer = createSpecimen(2).type;
    const services = { ...house.services, registry: createRegistry([newer]) };
    const { keyRing } = services.runtime;
    const read = await readConnection(services, OPERATOR, id);
    expect(openSettings(newer, keyRing, read)).toMatchObject({
      nickname: "upgraded from 1",
      password: COMPLETE.password,
    });
    expect(showSettings(newer, keyRing, read).get("nickname")).toEqual({ value: "upgraded from 1" });
    const after = await updateConnection(services, OPERATOR, { id, settings: { madeUp: { skewSeconds: 9 } } });
    expect(after).toMatchObject({ settingsVersion: 2, settings: { nickname: "upgraded from 1", skewSeconds: 9 } });
    expect(after.secrets["password"]?.setAt).toBe(read.secrets["password"]?.setAt);
    expect(openSettings(newer, keyRing, after)).toMatchObject({ password: COMPLETE.password });
    expect(() => openSettings(house.specimen.type, keyRing, after)).toThrow(/stored in version 2/);
  });
});
