/** API keys: creating, listing, using and revoking them. */
import { beforeAll, expect, test } from "@jest/globals";
import { ANONYMOUS } from "../../../src/access/caller.js";
import { createApiKey, revokeApiKey, rotateApiKey } from "../../../src/people/api-key/api-key.operations.js";
import { ensureOperatorKey } from "../../../src/people/api-key/operator-key.js";
import { createUseNotes } from "../../../src/people/caller/note-use.js";
import { recallCaller } from "../../../src/people/caller/recall-caller.js";
import { resolveCaller } from "../../../src/people/caller/resolve-caller.js";
import { addMember, removeMember } from "../../../src/people/membership/membership.operations.js";
import { noticeKeysExpiring } from "../../../src/people/notices/notice-keys-expiring.js";
import { actOnUser } from "../../../src/people/user/status/status.operations.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import {
  codeOf,
  countRows,
  keyOf,
  makeOrganization,
  makeUser,
  openHouse,
  useHouse,
  OPERATOR,
  personIn,
} from "../../support/house.js";

const house = useHouse();
let acme: string;
let other: string;
beforeAll(async () => {
  acme = (await makeOrganization(house)).id;
  other = (await makeOrganization(house)).id;
});

const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  apiKey { id name scopes createdAt expiresAt revokedAt } key } }`;
const REVOKE = `mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { id revokedAt } } }`;

async function callerOf(key: string) {
  return await resolveCaller(house.database.reader, () => house.clock.now, {
    authorization: `Bearer ${key}`,
    sessionToken: null,
  });
}

/** An administrator of an organization. */
async function makeAdministrator(organizationId: string) {
  const { id } = await makeUser(house, organizationId, {
    roleKeys: ["ADMIN"],
    email: `admin-${(makers += 1)}@example.com`,
  });
  return personIn(organizationId, id);
}
let makers = 0;

test("a key is shown once, stored as a hash, and resolves to its organization and scopes until it is revoked", async () => {
  const input = { organizationId: acme, name: "Payroll", scopes: ["AUDIT_READ", "USERS_READ"] };
  const administrator = await makeAdministrator(acme);
  const { data, codes } = await house.ask(administrator, CREATE, { input });
  expect(codes).toEqual([]);
  const { apiKey, key } = data.createApiKey;
  expect(apiKey).toMatchObject({ name: "Payroll", scopes: ["USERS_READ", "AUDIT_READ"], revokedAt: null });
  expect(key).toMatch(/^usher_key_[\w-]{43}$/);
  expect(await callerOf(key)).toEqual({
    kind: "API_KEY",
    apiKeyId: apiKey.id,
    organizationId: acme,
    permissions: new Set(["USERS_READ", "AUDIT_READ"]),
    limitedMaker: null,
  });

  const audited = await house.database.reader.rows("SELECT * FROM audit_entry WHERE subject_id = ?", [apiKey.id]);
  const stored = await house.database.reader.rows("SELECT * FROM api_key WHERE id = ?", [apiKey.id]);
  expect(audited).toHaveLength(1);
  expect(JSON.stringify([audited, stored])).not.toContain(key.slice("usher_key_".length));
  const { token_hash } = stored[0] as { token_hash: string };
  expect(JSON.stringify(audited)).not.toContain(token_hash);

  const revoked = await house.ask(administrator, REVOKE, { id: apiKey.id });
  expect(revoked.data.revokeApiKey.apiKey).toEqual({ id: apiKey.id, revokedAt: "2026-11-23T09:00:00.000Z" });
  expect(await codeOf(callerOf(key))).toBe("UNAUTHENTICATED");
  const entries = await house.database.reader.rows<{ action: string; before_value: string; after_value: string }>(
    "SELECT action, before_value, after_value FROM audit_entry WHERE subject_id = ? ORDER BY id",
    [apiKey.id],
  );
  expect(entries.map(({ action }) => action)).toEqual(["api_key.created", "api_key.revoked"]);
  expect(JSON.parse(entries[1]!.before_value)).toMatchObject({ name: "Payroll", revokedAt: null });
  expect(JSON.parse(entries[1]!.after_value)).toMatchObject({ revokedAt: "2026-11-23T09:00:00.000Z" });

  const again = await house.ask(administrator, REVOKE, { id: apiKey.id });
  expect(again.codes).toEqual([]);
  expect(await countRows(house, `audit_entry WHERE subject_id = '${apiKey.id}'`)).toBe(2);
});

test("refuses a scope that the caller does not hold, and creates nothing", async () => {
  const before = await countRows(house, "api_key");
  const key = keyOf(acme, "ORGANIZATION_WRITE", "USERS_READ");
  const input = { organizationId: acme, name: "Thief" };
  expect(await codeOf(createApiKey(house.store, key, { ...input, scopes: ["USERS_READ", "USERS_WRITE"] }))).toBe(
    "FORBIDDEN",
  );
  expect(await countRows(house, "api_key")).toBe(before);
  expect(await codeOf(createApiKey(house.store, key, { ...input, scopes: ["USERS_READ"] }))).toBe("NONE");
});

test("a key needs a name, a scope, and an expiry in the future", async () => {
  const refuse = (input: object) =>
    codeOf(createApiKey(house.store, OPERATOR, { organizationId: acme, name: "K", scopes: ["USERS_READ"], ...input }));
  expect(await refuse({ name: " " })).toBe("INVALID_INPUT");
  expect(await refuse({ scopes: [] })).toBe("INVALID_INPUT");
  expect(await refuse({ expiresAt: house.clock.now })).toBe("INVALID_INPUT");
  expect(await refuse({ organizationId: "no-such" })).toBe("NOT_FOUND");
});

test("a key expires", async () => {
  const expiresAt = new Date(house.clock.now.getTime() + 60_000);
  const { key } = await createApiKey(house.store, OPERATOR, {
    organizationId: acme,
    name: "Short",
    scopes: ["USERS_READ"],
    expiresAt,
  });
  expect((await callerOf(key)).kind).toBe("API_KEY");
  const before = house.clock.now;
  house.clock.now = expiresAt;
  expect(await codeOf(callerOf(key))).toBe("UNAUTHENTICATED");
  house.clock.now = before;
});

const DAY_MILLISECONDS = 86_400_000;
const wait = (milliseconds: number) => {
  house.clock.now = new Date(house.clock.now.getTime() + milliseconds);
};
const inDays = (days: number) => new Date(house.clock.now.getTime() + days * DAY_MILLISECONDS);
const makeKey = (input: object = {}) =>
  createApiKey(house.store, OPERATOR, { organizationId: acme, name: "Key", scopes: ["USERS_READ"], ...input });
const kindOf = async (key: string) => await codeOf(callerOf(key));

test("a key lasts a year if its creator does not say, and for ever if they say so", async () => {
  expect((await makeKey()).apiKey.expiresAt).toEqual(inDays(365));
  expect((await makeKey({ expiresAt: null })).apiKey.expiresAt).toBeNull();
});

test("a rotation gives a key a second secret, and both work during the overlap", async () => {
  const { apiKey, key: first } = await makeKey({ expiresAt: inDays(1) });
  const rotated = await rotateApiKey(house.store, OPERATOR, { id: apiKey.id, overlapSeconds: 60 });
  expect(rotated.apiKey).toMatchObject({ id: apiKey.id, expiresAt: inDays(365) });
  expect(await callerOf(first)).toMatchObject({ kind: "API_KEY", apiKeyId: apiKey.id });
  expect(await callerOf(rotated.key)).toEqual(await callerOf(first));
  wait(60_000);
  expect([await kindOf(first), await kindOf(rotated.key)]).toEqual(["UNAUTHENTICATED", "NONE"]);
  // A rotation without an overlap ends a key that has leaked at once, and a third secret ends the first in any case.
  const second = await rotateApiKey(house.store, OPERATOR, { id: apiKey.id, overlapSeconds: 0 });
  expect([await kindOf(rotated.key), await kindOf(second.key)]).toEqual(["UNAUTHENTICATED", "NONE"]);
  const third = await rotateApiKey(house.store, OPERATOR, { id: apiKey.id });
  const fourth = await rotateApiKey(house.store, OPERATOR, { id: apiKey.id, expiresAt: null });
  expect([await kindOf(second.key), await kindOf(third.key), await kindOf(fourth.key)]).toEqual([
    "UNAUTHENTICATED",
    "NONE",
    "NONE",
  ]);
  expect((await rotateApiKey(house.store, OPERATOR, { id: apiKey.id })).apiKey.expiresAt).toBeNull();
  await revokeApiKey(house.store, OPERATOR, apiKey.id);
  expect([await kindOf(third.key), await kindOf(fourth.key)]).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
  expect(await codeOf(rotateApiKey(house.store, OPERATOR, { id: apiKey.id }))).toBe("INVALID_INPUT");
  const audit = await house.auditOf(apiKey.id);
  expect(audit.map(({ action }) => action).filter((action) => action === "api_key.rotated")).toHaveLength(5);
  expect(JSON.stringify(audit)).not.toContain(first.slice("usher_key_".length));
});

test("a rotation needs the permission and every scope of the key, and a sensible overlap", async () => {
  const { apiKey, key } = await makeKey({ scopes: ["USERS_READ", "USERS_WRITE"] });
  const rotate = (caller: Parameters<typeof rotateApiKey>[1], input: object = {}) =>
    codeOf(rotateApiKey(house.store, caller, { id: apiKey.id, ...input }));
  expect(await rotate(keyOf(acme, "USERS_READ", "USERS_WRITE"))).toBe("FORBIDDEN");
  expect(await rotate(keyOf(acme, "ORGANIZATION_WRITE", "USERS_READ"))).toBe("FORBIDDEN");
  expect(await rotate(keyOf(other, "ORGANIZATION_WRITE", "USERS_READ", "USERS_WRITE"))).toBe("NOT_FOUND");
  for (const overlapSeconds of [-1, 1.5, 604_801])
    expect(await rotate(OPERATOR, { overlapSeconds })).toBe("INVALID_INPUT");
  expect(await rotate(OPERATOR, { expiresAt: house.clock.now })).toBe("INVALID_INPUT");
  expect(await kindOf(key)).toBe("NONE");
  expect((await house.auditOf(apiKey.id)).map(({ action }) => action)).toEqual(["api_key.created"]);
});

test("a key stops when its maker leaves, also one that the key made, until somebody else rotates it", async () => {
  const administrator = await makeAdministrator(acme);
  const scopes = ["ORGANIZATION_WRITE", "USERS_READ"] as const;
  const input = { organizationId: acme, name: "Made by hand", scopes };
  const made = await createApiKey(house.store, administrator, input);
  const byKey = await createApiKey(house.store, await callerOf(made.key), { ...input, scopes: ["USERS_READ"] });
  const keys = [made, byKey];
  const kinds = () => Promise.all(keys.map(({ key }) => kindOf(key)));
  expect(await kinds()).toEqual(["NONE", "NONE"]);
  // A second administrator, so that the first can leave.
  await makeAdministrator(acme);
  const { userId } = administrator as { userId: string };
  await actOnUser(house.store, OPERATOR, "DISABLE", userId);
  expect(await kinds()).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
  const remembered = { kind: "API_KEY", apiKeyId: made.apiKey.id } as const;
  expect(await recallCaller(house.store.reader, house.clock.now, remembered)).toBeNull();
  const list = "query ($org: ID!) { apiKeys(organizationId: $org, first: 2) { nodes { id makerId makerActive } } }";
  const { nodes } = (await house.ask(keyOf(acme, "ORGANIZATION_WRITE"), list, { org: acme })).data.apiKeys;
  expect(nodes).toEqual(
    expect.arrayContaining(keys.map(({ apiKey: { id } }) => ({ id, makerId: userId, makerActive: false }))),
  );
  const rotated = await rotateApiKey(house.store, OPERATOR, { id: made.apiKey.id });
  expect(await kindOf(rotated.key)).toBe("NONE");
  await actOnUser(house.store, OPERATOR, "ENABLE", userId);
  expect(await kinds()).toEqual(["NONE", "NONE"]);
});

test("a key stops when its maker is no longer a member of the organization", async () => {
  const { id: userId } = await makeUser(house, other);
  await addMember(house.store, OPERATOR, { organizationId: acme, userId, roleKeys: ["ADMIN"] });
  const input = { organizationId: acme, name: "Of a guest", scopes: ["USERS_READ"] as const };
  const { key } = await createApiKey(house.store, personIn(acme, userId), input);
  expect(await kindOf(key)).toBe("NONE");
  await makeAdministrator(acme);
  await removeMember(house.store, OPERATOR, { organizationId: acme, userId });
  expect(await kindOf(key)).toBe("UNAUTHENTICATED");
});

test("the last use of a key is stored once a minute", async () => {
  const { apiKey, key } = await makeKey();
  const notes = createUseNotes(
    house.store,
    () => house.clock.now,
    (error) => expect(error).toBeNull(),
  );
  const request = async () => {
    const credentials = { authorization: `Bearer ${key}`, sessionToken: null };
    const { statements } = await countQueries(async () => {
      await resolveCaller(house.store.reader, () => house.clock.now, credentials, notes.note);
      await notes.stop();
    });
    return statements.filter((sql) => sql.startsWith("UPDATE api_key")).length;
  };
  expect([await request(), await request()]).toEqual([1, 0]);
  wait(59_000);
  expect(await request()).toBe(0);
  wait(1_000);
  expect(await request()).toBe(1);
  const list = "query ($org: ID!) { apiKeys(organizationId: $org, first: 50) { nodes { id lastUsedAt } } }";
  const { nodes } = (await house.ask(keyOf(acme, "ORGANIZATION_WRITE"), list, { org: acme })).data.apiKeys;
  expect(nodes).toContainEqual({ id: apiKey.id, lastUsedAt: house.clock.now.toISOString() });
});

test("administrators are told once that a key expires, and again after a rotation", async () => {
  const { id: organizationId } = await makeOrganization(house);
  await makeAdministrator(organizationId);
  const mails = () =>
    countRows(house, `mail_message WHERE organization_id = '${organizationId}' AND template = 'api-key-expiring'`);
  const look = () => noticeKeysExpiring(house.store, () => house.clock.now);
  const { apiKey } = await makeKey({ organizationId, expiresAt: inDays(20) });
  const revoked = await makeKey({ organizationId, expiresAt: inDays(20) });
  await revokeApiKey(house.store, OPERATOR, revoked.apiKey.id);
  await makeKey({ organizationId, expiresAt: null });
  await look();
  expect(await mails()).toBe(0);
  wait(6 * DAY_MILLISECONDS);
  await Promise.all([look(), look()]);
  await look();
  expect(await mails()).toBe(1);
  await rotateApiKey(house.store, OPERATOR, { id: apiKey.id, expiresAt: inDays(3) });
  await look();
  expect(await mails()).toBe(2);
});

test("keys are listed, created and revoked only within their organization", async () => {
  const { apiKey } = await createApiKey(house.store, OPERATOR, {
    organizationId: acme,
    name: "Target",
    scopes: ["USERS_READ"],
  });
  const list = `query ($org: ID!) { apiKeys(organizationId: $org, first: 1) { nodes { id name } totalCount } }`;
  const mine = await house.ask(keyOf(acme, "ORGANIZATION_WRITE"), list, { org: acme });
  expect(mine.data.apiKeys.nodes).toEqual([{ id: apiKey.id, name: "Target" }]);

  const before = await countRows(house, "api_key");
  const foreigner = keyOf(other, "ORGANIZATION_WRITE", "USERS_READ");
  const plain = personIn(acme, "plain", ["USERS_READ"]);
  const input = { organizationId: acme, name: "Mine", scopes: ["USERS_READ"] };
  for (const [caller, expected] of [
    [foreigner, "NOT_FOUND"],
    [plain, "FORBIDDEN"],
    [ANONYMOUS, "UNAUTHENTICATED"],
  ] as const) {
    expect((await house.ask(caller, list, { org: acme })).codes).toEqual([expected]);
    expect((await house.ask(caller, CREATE, { input })).codes).toEqual([expected]);
    expect((await house.ask(caller, REVOKE, { id: apiKey.id })).codes).toEqual([expected]);
  }
  expect(await countRows(house, "api_key")).toBe(before);
  expect(await countRows(house, `api_key WHERE id = '${apiKey.id}' AND revoked_at IS NULL`)).toBe(1);
});

test("revokeApiKey does not find an operator key, which the environment manages", async () => {
  await ensureOperatorKey(house.store, "usher_op_environment");
  const row = await house.database.reader.row<{ id: string }>("SELECT id FROM api_key WHERE organization_id IS NULL");
  expect(await codeOf(revokeApiKey(house.store, OPERATOR, row!.id))).toBe("NOT_FOUND");
});

test("replicas that start together for the first time create one operator key, and one of them shows it", async () => {
  const fresh = await openHouse();
  const shown = await Promise.all(Array.from({ length: 5 }, () => ensureOperatorKey(fresh.store, null)));
  const keys = shown.filter((key) => key !== null);
  expect(keys).toHaveLength(1);
  expect(await countRows(fresh, "api_key")).toBe(1);
  const caller = await resolveCaller(fresh.database.reader, () => fresh.clock.now, {
    authorization: `Bearer ${keys[0]}`,
    sessionToken: null,
  });
  expect(caller.kind).toBe("OPERATOR");
  await fresh.database.close();
});

test("a replica does not create an operator key if another replica creates one after the query", async () => {
  const fresh = await openHouse();
  const { reader } = fresh.store;
  let isFirst = true;
  const rows: typeof reader.rows = async (...query) => {
    const found = await reader.rows(...query);
    if (isFirst) {
      isFirst = false;
      expect(await ensureOperatorKey(fresh.store, null)).not.toBeNull();
    }
    return found as never;
  };
  const row: typeof reader.row = (...query) => reader.row(...query);
  expect(await ensureOperatorKey({ ...fresh.store, reader: { ...reader, row, rows } }, null)).toBeNull();
  expect(await countRows(fresh, "api_key")).toBe(1);
  await fresh.database.close();
});
