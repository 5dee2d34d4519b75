/** Switching the policy `accountLinking`: the affected people, and the administrator's confirmation. */
import { describe, expect, test } from "@jest/globals";
import { updateConnection } from "../../../src/connection/stored/update-connection.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { keyOfOrganization, OPERATOR } from "../support/house.js";
import {
  account,
  activeConnection,
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
  sessionsOf,
  setUpLinking,
  switchTo,
} from "../support/linking.js";

setUpLinking();

describe("switching accountLinking", () => {
  test("off requires the number of people whose links it hides, and ends their sessions through the connection", async () => {
    const ada = await account(at("ada"));
    const bob = await account(at("bob"));
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(ada);
    expect(await arrive({ subject: "bob", email: at("bob") })).toBe(bob);
    const own = await arrive({ subject: "eve", email: at("eve") });

    const shown = (await effect("NONE")).data.accountLinkingEffect;
    expect(shown).toEqual({
      affectedUsers: 2,
      users: { totalCount: 2, nodes: [expect.objectContaining({ id: ada }), expect.objectContaining({ id: bob })] },
    });
    for (const confirmed of [undefined, 0, 1, 3]) {
      const refused = await switchTo("NONE", confirmed);
      expect(refused.codes).toEqual(["CONFIRMATION_REQUIRED"]);
      expect(refused.details).toEqual({ affectedUsers: 2 });
    }
    // The default is NONE, so clearing the policy also switches it.
    expect((await switchTo(null)).codes).toEqual(["CONFIRMATION_REQUIRED"]);
    expect(await sessionsOf(ada)).toBe(1);
    expect((await identitiesOf(ada))[0]).toMatchObject({ linkKind: "MERGED", hidden: false, retiredAt: null });

    expect((await switchTo("NONE", 2)).messages).toEqual([]);
    expect((await identitiesOf(ada))[0]).toMatchObject({ linkKind: "MERGED", hidden: true, retiredAt: null });
    expect([await sessionsOf(ada), await sessionsOf(bob), await sessionsOf(own)]).toEqual([0, 0, 1]);
    expect((await auditOf("connection.updated")).at(-1)).toMatchObject({
      before: { policies: { accountLinking: "MERGE_BY_EMAIL" } },
      after: { policies: { accountLinking: "NONE" }, endedSessions: 2 },
    });
  });

  test("off gives people accounts of their own, and on brings the merged links back", async () => {
    const ada = await account(at("ada"));
    const person = { subject: "ada", email: at("ada") };
    expect(await arrive(person)).toBe(ada);
    await switchTo("NONE", 1);
    const own = await arrive(person);
    expect(own).not.toBe(ada);
    expect(await arrive(person)).toBe(own);

    expect((await effect("MERGE_BY_EMAIL")).data.accountLinkingEffect).toMatchObject({
      affectedUsers: 1,
      users: { nodes: [{ id: ada }] },
    });
    expect((await switchTo("MERGE_BY_EMAIL")).details).toEqual({ affectedUsers: 1 });
    expect((await switchTo("MERGE_BY_EMAIL", 1)).messages).toEqual([]);
    expect(await arrive(person)).toBe(ada);
    expect((await identitiesOf(ada))[0]).toMatchObject({ hidden: false });
    await switchTo("NONE", 1);
    expect(await arrive(person)).toBe(own);
  });

  test("on counts exactly the people that it may join to an existing account", async () => {
    await switchTo("NONE");
    const twin = await arrive({ subject: "twin", email: at("twin") });
    await arrive({ subject: "alone", email: at("alone") });
    await account(at("twin"));
    const chief = await account(at("chief"));
    await execute("UPDATE app_user SET is_break_glass = 1 WHERE id = ?", chief);
    expect(await arrive({ subject: "chief", email: at("chief") })).not.toBe(chief);
    // An account that belongs to a connection without merging is not a candidate.
    const second = await activeConnection();
    await arrive({ subject: "alone-2", email: at("alone"), through: second });
    expect((await effect("MERGE_BY_EMAIL")).data.accountLinkingEffect).toMatchObject({
      affectedUsers: 1,
      users: { nodes: [{ id: twin }] },
    });
    const policies = { accountLinking: "MERGE_BY_EMAIL" as const };
    await updateConnection(house.services, OPERATOR, { id: second, policies });
    expect((await effect("MERGE_BY_EMAIL")).data.accountLinkingEffect.affectedUsers).toBe(2);
  });

  test("counts exactly the people who get a different account through any connection", async () => {
    await switchTo("NONE");
    const second = await activeConnection();
    const third = await activeConnection();
    const switchAt = async (id: string, accountLinking: "NONE" | "MERGE_BY_EMAIL") => {
      const connection = { connectionId: id, accountLinking };
      const { data, messages } = await ask(
        `query ($connectionId: ID!, $accountLinking: AccountLinking!) {
           accountLinkingEffect(connectionId: $connectionId, accountLinking: $accountLinking) {
             affectedUsers users { nodes { id } } } }`,
        connection,
      );
      expect(messages).toEqual([]);
      const { affectedUsers, users } = data.accountLinkingEffect;
      const input = { id, policies: { accountLinking }, confirmAffectedUsers: affectedUsers };
      await updateConnection(house.services, OPERATOR, input);
      expect(users.nodes).toHaveLength(affectedUsers);
      return new Set<string | undefined>(users.nodes.map((user: { id: string }) => user.id));
    };
    const people = ["ada", "bob"].map((name) => ({ subject: name, email: at(name) }));
    const signIn = async (through: string) => {
      const places: (string | undefined)[] = [];
      for (const person of people) places.push(await arrive({ ...person, through }));
      return places;
    };
    const [first, later, last] = [await signIn(second), await signIn(connectionId), await signIn(third)];
    expect(await switchAt(connectionId, "MERGE_BY_EMAIL")).toEqual(new Set());
    // People go to the accounts of this connection, because the second connection does not merge yet.
    expect(await switchAt(third, "MERGE_BY_EMAIL")).toEqual(new Set(last));
    expect(await signIn(third)).toEqual(later);
    // From now on, all people share the oldest accounts.
    expect(await switchAt(second, "MERGE_BY_EMAIL")).toEqual(new Set(later));
    for (const through of [third, connectionId, second]) expect(await signIn(through)).toEqual(first);
    expect(await switchAt(second, "NONE")).toEqual(new Set());
    for (const through of [second, third, connectionId]) expect(await signIn(through)).toEqual(first);
    expect(await switchAt(third, "NONE")).toEqual(new Set(first));
    expect(await signIn(third)).toEqual(last);
    expect(await switchAt(third, "MERGE_BY_EMAIL")).toEqual(new Set(first));
    expect(await signIn(third)).toEqual(first);
  });

  test("off does not count users that merging has not yet led to a different account", async () => {
    const second = await activeConnection();
    const person = { subject: "ada", email: at("ada") };
    const first = await arrive(person);
    const own = await arrive({ ...person, through: second });
    const policies = { accountLinking: "MERGE_BY_EMAIL" as const };
    await updateConnection(house.services, OPERATOR, { id: second, policies, confirmAffectedUsers: 1 });
    expect((await switchTo("NONE")).messages).toEqual([]);
    expect([await arrive({ ...person, through: second }), await arrive(person)]).toEqual([own, first]);
  });

  test("counts with a fixed number of statements, and lists page by page", async () => {
    await switchTo("NONE");
    const countStatements = async () => {
      const { statements, result } = await countQueries(() => effect("MERGE_BY_EMAIL"));
      return { statements: statements.length, affected: result.data.accountLinkingEffect.affectedUsers };
    };
    const meet = async (name: string) => {
      const own = await arrive({ subject: name, email: at(name) });
      await account(at(name));
      return own;
    };
    const users = [await meet("person-0")];
    const few = await countStatements();
    expect(few.affected).toBe(1);
    for (let count = 1; count < 6; count += 1) users.push(await meet(`person-${count}`));
    expect(await countStatements()).toEqual({ statements: few.statements, affected: 6 });
    const page = async (args: string) =>
      (
        await ask(
          `query ($id: ID!) { accountLinkingEffect(connectionId: $id, accountLinking: MERGE_BY_EMAIL) {
             users(${args}) { nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } totalCount } } }`,
          { id: connectionId },
        )
      ).data.accountLinkingEffect.users;
    const one = await page("first: 4");
    expect(one).toMatchObject({ totalCount: 6, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const two = await page(`first: 4, after: "${one.pageInfo.endCursor}"`);
    expect(two.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const ids = [...one.nodes, ...two.nodes].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(users.toSorted());
    const back = await page(`last: 3, before: "${two.pageInfo.startCursor}"`);
    expect(back.nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1, 4));
    expect(back.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  test("is stored without a confirmation if no user is affected, and refuses a wrong number", async () => {
    expect((await switchTo("NONE", 1)).details).toEqual({ affectedUsers: 0 });
    expect((await switchTo("NONE")).messages).toEqual([]);
    await account(at("ada"));
    await arrive({ subject: "ada", email: at("ada") });
    for (const to of ["ADMIN_LINK", "NONE", "ADMIN_LINK"]) {
      expect((await effect(to)).data.accountLinkingEffect.affectedUsers).toBe(0);
      expect((await switchTo(to)).messages).toEqual([]);
    }
    // An update that does not switch the policy needs no confirmation.
    expect((await switchTo("ADMIN_LINK", 7)).messages).toEqual([]);
  });

  test("shows its effect with CONNECTIONS_READ, and the users with USERS_READ", async () => {
    expect((await effect("NONE", keyWith("USERS_READ"))).codes).toEqual(["FORBIDDEN"]);
    expect((await effect("NONE", keyWith("CONNECTIONS_READ"))).codes).toEqual(["FORBIDDEN"]);
    expect((await effect("NONE", keyWith("CONNECTIONS_READ", "USERS_READ"))).codes).toEqual([]);
    expect(await effect("NONE", keyOfOrganization(house.otherOrganizationId))).toMatchObject({
      data: { accountLinkingEffect: null },
      codes: [],
    });
  });
});
