/** Merging by address: undoing a merge, and how a merge ends. */
import { describe, expect, test } from "@jest/globals";
import { ANONYMOUS } from "../../../src/access/caller.js";
import { updateConnection } from "../../../src/connection/stored/update-connection.js";
import { eventsOf, keyOfOrganization, OPERATOR } from "../support/house.js";
import {
  account,
  arrive,
  ask,
  at,
  auditOf,
  connectionId,
  effect,
  execute,
  house,
  identitiesOf,
  keyWith,
  lastEvent,
  organizationId,
  relink,
  sessionsOf,
  setUpLinking,
  switchTo,
  unmerge,
} from "../support/linking.js";

setUpLinking();

describe("undoing a merge", () => {
  const person = () => ({ subject: "ada", email: at("ada") });
  async function merged(): Promise<{ readonly ada: string; readonly identityId: string }> {
    const ada = await account(at("ada"));
    expect(await arrive(person())).toBe(ada);
    return { ada, identityId: (await identitiesOf(ada))[0]!.id };
  }

  test("retires the link, ends the sessions, and the person is never merged again", async () => {
    // The account keeps the address that the organization gave it, so it could be joined again.
    const policies = { profileUpdate: "FIRST_VALUE" as const };
    await updateConnection(house.services, OPERATOR, { id: connectionId, policies });
    const { ada, identityId } = await merged();
    const { data, messages } = await unmerge(identityId);
    expect(messages).toEqual([]);
    expect(data.unmergeIdentity.identity).toMatchObject({ linkKind: "MERGED", hidden: false });
    expect(data.unmergeIdentity.identity.retiredAt).not.toBeNull();
    expect(await sessionsOf(ada)).toBe(0);
    expect(await lastEvent()).toMatchObject({
      type: "user.unmerged",
      data: { user: { id: ada }, connectionId, identity: { id: identityId, subject: "ada" }, reason: "UNDONE" },
    });
    expect(await auditOf("user.unmerged")).toEqual([
      expect.objectContaining({ after: { reason: "UNDONE", endedSessions: 1 } }),
    ]);

    const own = await arrive(person());
    expect(own).not.toBe(ada);
    expect(await arrive(person())).toBe(own);
    expect(await arrive(person())).toBe(own);
    expect((await identitiesOf(ada)).map(({ retiredAt }) => retiredAt === null)).toEqual([false]);
  });

  test("twice changes nothing more, and is refused for a link that merging did not make", async () => {
    const { identityId } = await merged();
    await unmerge(identityId);
    const before = (await eventsOf(house, organizationId)).length;
    expect((await unmerge(identityId)).messages).toEqual([]);
    expect(await eventsOf(house, organizationId)).toHaveLength(before);
    const own = await arrive({ subject: "eve", email: at("eve") });
    expect((await unmerge((await identitiesOf(own))[0]!.id)).codes).toEqual(["IDENTITY_NOT_MERGED"]);
  });

  test("needs USERS_WRITE in the organization", async () => {
    const { ada, identityId } = await merged();
    expect((await unmerge(identityId, keyWith("USERS_READ", "CONNECTIONS_WRITE"))).codes).toEqual(["FORBIDDEN"]);
    expect((await unmerge(identityId, keyOfOrganization(house.otherOrganizationId))).codes).toEqual(["NOT_FOUND"]);
    expect((await unmerge(identityId, ANONYMOUS)).codes).toEqual(["UNAUTHENTICATED"]);
    expect((await unmerge("nobody")).codes).toEqual(["NOT_FOUND"]);
    expect(await arrive(person())).toBe(ada);
    expect((await unmerge(identityId, keyWith("USERS_WRITE"))).codes).toEqual([]);
  });
});

describe("a merged person whose address changed at the provider", () => {
  test("gets a new account and is not merged again", async () => {
    const ada = await account(at("ada"));
    const boss = await account(at("boss"), { roleKeys: ["ADMIN"] });
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(ada);
    const renamed = { subject: "ada", email: at("boss") };
    const own = await arrive(renamed);
    expect([ada, boss]).not.toContain(own);
    const told = (await eventsOf(house, organizationId)).filter(({ type }) => type === "user.unmerged");
    expect(told).toMatchObject([{ data: { user: { id: ada }, reason: "ADDRESS_CHANGED" } }]);
    expect((await identitiesOf(ada))[0]!.retiredAt).not.toBeNull();
    expect(await sessionsOf(ada)).toBe(0);
    expect(await arrive(renamed)).toBe(own);
    await switchTo("NONE");
    await switchTo("MERGE_BY_EMAIL", (await effect("MERGE_BY_EMAIL")).data.accountLinkingEffect.affectedUsers);
    expect(await arrive(renamed)).toBe(own);
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(own);
  });
});

describe("merging", () => {
  test.each<[string, { readonly emailVerified?: boolean | null; readonly breakGlass?: boolean }]>([
    ["of a break-glass account", { breakGlass: true }],
    ["that the provider does not call verified, in a domain without proof", { emailVerified: null }],
    ["that the provider calls not verified", { emailVerified: false }],
  ])("joins nobody by an address %s, now or later", async (_name, { breakGlass, emailVerified = true }) => {
    const ada = await account(at("ada"));
    if (breakGlass) await execute("UPDATE app_user SET is_break_glass = 1 WHERE id = ?", ada);
    const person = { subject: "ada", email: at("ada"), emailVerified };
    const own = await arrive(person);
    expect([ada, "ACCOUNT_AMBIGUOUS"]).not.toContain(own);
    expect(await arrive(person)).toBe(own);
    expect(await identitiesOf(ada)).toEqual([]);
  });

  test("does not join a person whose address belongs to the account of a different subject", async () => {
    const ada = await account(at("ada"));
    await account(at("bob"));
    await relink({ connectionId, issuer: "https://id.example.com", subject: "ada", userId: ada });
    expect(await arrive({ subject: "ada", email: at("bob") })).toBe(ada);
    const { data } = await ask(`query ($id: ID!) { user(id: $id) { email } }`, { id: ada });
    expect(data.user.email).toBe(at("ada"));
  });
});
