/** API keys: creating, listing, using and revoking them. */
import { beforeAll, expect, test } from "@jest/globals";
import { ANONYMOUS } from "../../../src/access/caller.js";
import { createApiKey, revokeApiKey } from "../../../src/people/api-key/api-key.operations.js";
import { ensureOperatorKey } from "../../../src/people/api-key/operator-key.js";
import { resolveCaller } from "../../../src/people/caller/resolve-caller.js";
import {
  codeOf,
  countRows,
  keyOf,
  makeOrganization,
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

test("a key is shown once, stored as a hash, and resolves to its organization and scopes until it is revoked", async () => {
  const input = { organizationId: acme, name: "Payroll", scopes: ["AUDIT_READ", "USERS_READ"] };
  const { data, codes } = await house.ask(personIn(acme, "admin"), CREATE, { input });
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

  const revoked = await house.ask(personIn(acme, "admin"), REVOKE, { id: apiKey.id });
  expect(revoked.data.revokeApiKey.apiKey).toEqual({ id: apiKey.id, revokedAt: "2026-11-23T09:00:00.000Z" });
  expect(await codeOf(callerOf(key))).toBe("UNAUTHENTICATED");
  const entries = await house.database.reader.rows<{ action: string; before_value: string; after_value: string }>(
    "SELECT action, before_value, after_value FROM audit_entry WHERE subject_id = ? ORDER BY id",
    [apiKey.id],
  );
  expect(entries.map(({ action }) => action)).toEqual(["api_key.created", "api_key.revoked"]);
  expect(JSON.parse(entries[1]!.before_value)).toMatchObject({ name: "Payroll", revokedAt: null });
  expect(JSON.parse(entries[1]!.after_value)).toMatchObject({ revokedAt: "2026-11-23T09:00:00.000Z" });

  const again = await house.ask(personIn(acme, "admin"), REVOKE, { id: apiKey.id });
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
