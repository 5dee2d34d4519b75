/** Settings that name a different issuer, and moving the links of people to it. */
import { describe, expect, test } from "@jest/globals";
import type { Caller } from "../../../src/access/caller.js";
import { disableConnection } from "../../../src/connection/stored/connection.operations.js";
import { findConnection } from "../../../src/connection/stored/connection.repository.js";
import { eventsOf, OPERATOR } from "../support/house.js";
import {
  account,
  activeConnection,
  arrive,
  ask,
  at,
  auditOf,
  connectionId,
  house,
  identitiesOf,
  keyWith,
  organizationId,
  relinkMany,
  setUpLinking,
  switchTo,
  unmerge,
} from "../support/linking.js";

setUpLinking();

describe("settings that name a different issuer", () => {
  const [OLD, NEW] = ["https://id.example.com", "https://new.example.com"];
  const update = (input: object, caller: Caller = OPERATOR) =>
    ask(
      `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`,
      { input: { id: connectionId, ...input } },
      caller,
    );
  const moveTo = (address: string, further: object = {}) =>
    update({ settings: { madeUp: { address, password: "p4ssw0rd" } }, ...further });
  const move = (further: object = {}, caller: Caller = OPERATOR) =>
    relinkMany(
      { fromConnectionId: connectionId, toConnectionId: connectionId, fromIssuer: OLD, toIssuer: NEW, ...further },
      caller,
    );
  const named = (issuer: string) => ({ kind: "named" as const, issuers: [issuer] });
  const addressNow = async () => (await findConnection(house.services.reader, null, connectionId))!.settings["address"];

  test("are refused until the caller confirms the number of linked people", async () => {
    await arrive({ subject: "ada", email: at("ada") });
    await arrive({ subject: "bob", email: at("bob") });
    const refused = await moveTo(NEW);
    expect(refused.codes).toEqual(["CONFIRMATION_REQUIRED"]);
    expect(refused.details).toEqual({ affectedUsers: 2, issuer: { before: OLD, after: NEW } });
    expect(refused.messages[0]).toContain(`from ${OLD} to ${NEW}. 2 users `);
    expect((await moveTo(NEW, { confirmAffectedUsers: 1 })).codes).toEqual(["CONFIRMATION_REQUIRED"]);
    expect(await addressNow()).toBe(OLD);
    const both = await moveTo(NEW, { confirmAffectedUsers: 2, policies: { accountLinking: "NONE" } });
    expect(both.details.fields).toMatchObject([{ path: "policies.accountLinking" }]);
    expect((await moveTo(NEW, { confirmAffectedUsers: 2 })).codes).toEqual([]);
    expect(await addressNow()).toBe(NEW);
    // A change back to the issuer of the links affects nobody.
    expect((await moveTo(OLD)).codes).toEqual([]);
  });

  test("do not count users without a link under the old issuer", async () => {
    expect((await moveTo(NEW)).codes).toEqual([]);
    await arrive({ subject: "ada", email: at("ada") });
    expect((await update({ displayName: "Acme" })).codes).toEqual([]);
    expect((await moveTo("https://third.example.com")).codes).toEqual([]);
  });

  test("count all linked people if only the provider can name the issuer, and no people while nothing names it", async () => {
    const { hooks } = house.specimen;
    await arrive({ subject: "ada", email: at("ada") });
    await disableConnection(house.services, OPERATOR, connectionId);
    try {
      hooks.issuer = ({ address }) => (address === OLD ? named(OLD) : { kind: "learnt", from: String(address) });
      const refused = await moveTo(NEW);
      expect(refused.details).toEqual({ affectedUsers: 1, issuer: { before: OLD, after: null } });
      expect((await moveTo(NEW, { confirmAffectedUsers: 1 })).codes).toEqual([]);
      expect((await moveTo("https://third.example.com")).details.issuer).toEqual({ before: null, after: null });
      // Clearing the issuer and setting a new one count as one change.
      hooks.issuer = ({ address }) => (address === null ? { kind: "open" } : named(address));
      const clear = { settings: { madeUp: { address: null } } };
      expect((await update(clear)).codes).toEqual([]);
      expect((await moveTo(OLD)).codes).toEqual([]);
      expect((await update(clear)).codes).toEqual([]);
      expect((await moveTo(NEW)).details).toEqual({ affectedUsers: 1, issuer: { before: null, after: NEW } });
    } finally {
      hooks.issuer = null;
    }
  });

  test("lead to a refusal with both issuers and the day, and people sign in again after their links are moved", async () => {
    const people = ["ada", "bob"].map((subject) => ({ subject, email: at(subject) }));
    const [ada, bob] = [await arrive(people[0]!), await arrive(people[1]!)];
    house.advance(60);
    await moveTo(NEW, { confirmAffectedUsers: 2 });
    const changedAt = (await findConnection(house.services.reader, null, connectionId))!.issuerChangedAt;
    expect(changedAt).toEqual(house.services.runtime.clock());
    house.advance(60);
    const back = people.map((person) => ({ ...person, issuer: NEW }));
    expect(await arrive(back[0]!)).toBe("ISSUER_CHANGED");
    // A different subject with the same address is a different person, under every issuer.
    expect(await arrive({ ...back[0]!, subject: "ada-2" })).toBe("SUBJECT_CHANGED");

    const done = { issuer: OLD, ok: true, code: null, message: null, identityId: expect.any(String) };
    const results = [
      { ...done, userId: ada, subject: "ada" },
      { ...done, userId: bob, subject: "bob" },
    ];
    const before = (await eventsOf(house, organizationId)).length;
    expect((await move({ dryRun: true })).data.relinkIdentities).toEqual({ results, hasMore: false });
    expect(await eventsOf(house, organizationId)).toHaveLength(before);
    expect(await arrive(back[0]!)).toBe("ISSUER_CHANGED");
    expect((await move()).data.relinkIdentities).toEqual({ results, hasMore: false });
    for (const [index, person] of back.entries()) expect(await arrive(person)).toBe([ada, bob][index]);
    expect(await identitiesOf(String(ada))).toMatchObject([{ issuer: NEW, subject: "ada", linkKind: "OWN" }]);
    expect((await move()).data.relinkIdentities.results).toEqual([]);
    expect(await auditOf("identity.moved")).toMatchObject([
      { before: { issuer: OLD, userId: ada }, after: { issuer: NEW, userId: ada, connectionId } },
      { before: { userId: bob } },
    ]);
    const told = (await eventsOf(house, organizationId)).filter(({ type }) => type === "user.linked");
    expect(told.map(({ data }) => [data.user.id, data.identity.issuer])).toEqual([
      [ada, NEW],
      [bob, NEW],
    ]);
  });

  test("moved links stay merged, hidden or retired", async () => {
    await switchTo("NONE");
    const ada = await arrive({ subject: "ada", email: at("ada") });
    const joined = await account(at("ada"));
    await switchTo("MERGE_BY_EMAIL", 1);
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(joined);
    const eve = await account(at("eve"));
    await arrive({ subject: "eve", email: at("eve") });
    await unmerge((await identitiesOf(eve))[0]!.id);
    const own = await arrive({ subject: "eve", email: at("eve") });
    await moveTo(NEW, { confirmAffectedUsers: 2 });
    expect((await move()).data.relinkIdentities.results.map(({ userId }: any) => userId).toSorted()).toEqual(
      [joined, own].toSorted(),
    );
    expect(await arrive({ subject: "ada", email: at("ada"), issuer: NEW })).toBe(joined);
    expect(await arrive({ subject: "eve", email: at("eve"), issuer: NEW })).toBe(own);
    await switchTo("NONE", 1);
    expect(await arrive({ subject: "ada", email: at("ada"), issuer: NEW })).toBe(ada);
  });

  test("a hidden link moves only if the caller has every permission of its account", async () => {
    await switchTo("NONE");
    const boss = await account(at("ada"), { authMethod: "SSO", roleKeys: ["ADMIN"] });
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(boss);
    const joined = await account(at("ada"));
    await switchTo("MERGE_BY_EMAIL", 1);
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(joined);
    await moveTo(NEW, { confirmAffectedUsers: 1 });
    const { data } = await move({}, keyWith("USERS_WRITE"));
    expect(data.relinkIdentities.results).toMatchObject([{ userId: joined, code: "FORBIDDEN" }]);
    expect((await move()).data.relinkIdentities.results).toMatchObject([{ userId: joined, ok: true }]);
  });

  test("moving reports people who are missing, taken or not allowed, and refuses wrong issuers", async () => {
    await switchTo("NONE");
    const ada = await arrive({ subject: "ada", email: at("ada") });
    const bob = await arrive({ subject: "bob", email: at("bob") });
    const boss = await account(at("boss"), { authMethod: "SSO", roleKeys: ["ADMIN"] });
    expect(await arrive({ subject: "boss", email: at("boss") })).toBe(boss);
    await moveTo(NEW, { confirmAffectedUsers: 3 });
    // The same subject with a different address may be a different person. They get an account, and bob's link is taken.
    const other = await arrive({ subject: "bob", email: at("other"), issuer: NEW });
    const { data } = await move({}, keyWith("USERS_WRITE"));
    expect(Object.fromEntries(data.relinkIdentities.results.map((each: any) => [each.userId, each.code]))).toEqual({
      [ada]: null,
      [bob]: "IDENTITY_TAKEN",
      [boss]: "FORBIDDEN",
    });
    expect(await arrive({ subject: "bob", email: at("other"), issuer: NEW })).toBe(other);

    const pathsOf = async (further: object) =>
      (await move(further)).details.fields.map(({ path }: { path: string }) => path);
    expect(await pathsOf({ fromIssuer: null, toIssuer: null })).toEqual(["fromIssuer", "toIssuer"]);
    expect(await pathsOf({ toIssuer: null })).toEqual(["toIssuer"]);
    expect(await pathsOf({ toIssuer: OLD })).toEqual(["toIssuer"]);
    house.specimen.hooks.issuer = () => ({ kind: "learnt", from: OLD });
    expect(await pathsOf({ toIssuer: "i".repeat(513) })).toEqual(["toIssuer"]);
    house.specimen.hooks.issuer = null;
    expect(await pathsOf({ toIssuer: "https://slip.example.com" })).toEqual(["toIssuer"]);
    expect(await pathsOf({ toConnectionId: await activeConnection() })).toEqual(["fromIssuer", "toIssuer"]);
    expect((await move({}, keyWith("CONNECTIONS_WRITE"))).codes).toEqual(["FORBIDDEN"]);
  });
});
