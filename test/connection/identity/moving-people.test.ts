/** Moving people from one connection to another. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Caller } from "../../../src/access/caller.js";
import { createConnection } from "../../../src/connection/stored/connection.operations.js";
import { COMPLETE, eventsOf, keyOfOrganization, OPERATOR } from "../support/house.js";
import {
  account,
  activeConnection,
  arrive,
  at,
  auditOf,
  connectionId,
  house,
  identitiesOf,
  keyWith,
  organizationId,
  relinkMany,
  sessionsOf,
  setUpLinking,
  switchTo,
} from "../support/linking.js";

setUpLinking();

describe("moving people to another connection", () => {
  let to: string;
  beforeEach(async () => {
    await switchTo("NONE");
    to = await activeConnection();
  });
  const move = (further: object = {}, caller: Caller = OPERATOR) =>
    relinkMany({ fromConnectionId: connectionId, toConnectionId: to, ...further }, caller);

  test("of the same provider keeps their sign-ins, and a dry run changes nothing", async () => {
    const people = ["ada", "bob"].map((subject) => ({ subject, email: at(subject) }));
    const [ada, bob] = [await arrive(people[0]!), await arrive(people[1]!)];
    const before = (await eventsOf(house, organizationId)).length;
    const preview = await move({ dryRun: true });
    expect(preview.messages).toEqual([]);
    const done = {
      issuer: "https://id.example.com",
      ok: true,
      code: null,
      message: null,
      identityId: expect.any(String),
    };
    const results = [
      { ...done, userId: ada, subject: "ada" },
      { ...done, userId: bob, subject: "bob" },
    ];
    expect(preview.data.relinkIdentities).toEqual({ results, hasMore: false });
    expect(await eventsOf(house, organizationId)).toHaveLength(before);
    expect(await sessionsOf(ada)).toBe(1);

    expect((await move()).data.relinkIdentities).toEqual({ results, hasMore: false });
    expect(await sessionsOf(ada)).toBe(0);
    expect((await identitiesOf(ada)).map(({ connection }) => connection.id)).toEqual([to]);
    for (const [index, person] of people.entries())
      expect(await arrive({ ...person, through: to })).toBe([ada, bob][index]);
    expect(await auditOf("identity.moved")).toMatchObject([
      { before: { connectionId, userId: ada }, after: { connectionId: to, userId: ada, endedSessions: 1 } },
      { before: { userId: bob } },
    ]);
    const told = (await eventsOf(house, organizationId)).filter(({ type }) => type === "user.linked");
    expect(told.map(({ data }) => [data.user.id, data.connectionId])).toEqual([
      [ada, to],
      [bob, to],
    ]);
  });

  test("of a different provider finds each person once, by verified address", async () => {
    const ada = await arrive({ subject: "ada", email: at("ada") });
    await move();
    const there = { issuer: "https://new.example.com", through: to };
    const email = at("Ada");
    expect(await arrive({ ...there, subject: "n1", email, emailVerified: false })).toBe("SUBJECT_CHANGED");
    expect(await arrive({ ...there, subject: "n1", email, emailVerified: null })).toBe("SUBJECT_CHANGED");
    expect(await arrive({ ...there, subject: "n1", email })).toBe(ada);
    expect(await arrive({ ...there, subject: "n2", email })).toBe("SUBJECT_CHANGED");
    expect(await arrive({ ...there, subject: "n1", email: at("else") })).toBe(ada);
    expect((await identitiesOf(ada)).map(({ subject, retiredAt }) => [subject, retiredAt === null])).toEqual([
      ["ada", false],
      ["n1", true],
    ]);
  });

  test("does not match by address after the link was used, or for the same issuer", async () => {
    const ada = await arrive({ subject: "ada", email: at("ada") });
    await move();
    expect(await arrive({ subject: "thief", email: at("ada"), through: to })).toBe("SUBJECT_CHANGED");
    expect(await arrive({ subject: "ada", email: at("ada"), through: to })).toBe(ada);
    const there = { issuer: "https://new.example.com", through: to };
    expect(await arrive({ ...there, subject: "n1", email: at("ada") })).toBe("SUBJECT_CHANGED");
  });

  test("moves the named users, and reports users who are missing, taken or not allowed", async () => {
    const ada = await arrive({ subject: "ada", email: at("ada") });
    const bob = await arrive({ subject: "bob", email: at("bob") });
    const boss = await account(at("boss"), { authMethod: "SSO", roleKeys: ["ADMIN"] });
    expect(await arrive({ subject: "boss", email: at("boss") })).toBe(boss);
    const other = await arrive({ subject: "bob", email: at("other"), through: to });
    const nobody = await account(at("nobody"));
    const mover = keyWith("USERS_WRITE");
    const { data } = await move({ userIds: [nobody, ada, bob, boss] }, mover);
    expect(Object.fromEntries(data.relinkIdentities.results.map((each: any) => [each.userId, each.code]))).toEqual({
      [ada]: null,
      [bob]: "IDENTITY_TAKEN",
      [boss]: "FORBIDDEN",
      [nobody]: "NOT_FOUND",
    });
    expect(await arrive({ subject: "bob", email: at("bob") })).toBe(bob);
    expect(await arrive({ subject: "bob", email: at("other"), through: to })).toBe(other);
    expect((await identitiesOf(boss))[0]!.connection.id).toBe(connectionId);
    expect((await identitiesOf(ada))[0]!.connection.id).toBe(to);
  });

  test("turns merged links into the person's own", async () => {
    await switchTo("MERGE_BY_EMAIL", 0);
    const ada = await account(at("ada"));
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(ada);
    await move();
    expect(await arrive({ subject: "ada", email: at("ada"), through: to })).toBe(ada);
    expect((await identitiesOf(ada))[0]).toMatchObject({ linkKind: "OWN", hidden: false });
  });

  test("is refused between organizations, to the same connection, for too many users, and without USERS_WRITE", async () => {
    const foreign = await createConnection(house.services, OPERATOR, {
      organizationId: house.otherOrganizationId,
      displayName: "X",
      settings: { madeUp: COMPLETE },
    });
    const paths = async (further: object) =>
      (await move(further)).details.fields.map(({ path }: { path: string }) => path);
    expect(await paths({ toConnectionId: foreign.id })).toEqual(["toConnectionId"]);
    expect(await paths({ toConnectionId: connectionId })).toEqual(["fromIssuer", "toIssuer"]);
    expect(await paths({ userIds: Array.from({ length: 501 }, String) })).toEqual(["userIds"]);
    expect((await move({ toConnectionId: foreign.id }, keyWith())).codes).toEqual(["NOT_FOUND"]);
    expect((await move({}, keyWith("USERS_READ", "CONNECTIONS_WRITE"))).codes).toEqual(["FORBIDDEN"]);
    expect((await move({ dryRun: true }, keyOfOrganization(house.otherOrganizationId))).codes).toEqual(["NOT_FOUND"]);
  });
});
