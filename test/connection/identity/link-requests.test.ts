/** Requests to link people to accounts, and their approval by an administrator. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Caller } from "../../../src/access/caller.js";
import { findUndescribed } from "../../support/find-undescribed.js";
import { keyOfOrganization, OPERATOR } from "../support/house.js";
import {
  account,
  arrive,
  ask,
  at,
  auditOf,
  connectionId,
  execute,
  house,
  identitiesOf,
  keyWith,
  organizationId,
  schema,
  setUpLinking,
  switchTo,
} from "../support/linking.js";

setUpLinking();

describe("link requests", () => {
  const person = () => ({ subject: "ada", email: at("ada") });
  let ada: string;
  beforeEach(async () => {
    await switchTo("ADMIN_LINK");
    ada = await account(at("ada"));
    expect(await arrive(person())).toBe("LINK_PENDING");
  });
  const list = (filter: object | null = null, caller: Caller = OPERATOR) =>
    ask(
      `query ($id: ID!, $filter: LinkRequestFilter) { linkRequests(organizationId: $id, filter: $filter, first: 10) {
         totalCount nodes { id state issuer subject email decidedAt decidedBy user { id } connection { id } } } }`,
      { id: organizationId, filter },
      caller,
    );
  const only = async () => (await list()).data.linkRequests.nodes[0];
  const answer = (verb: "approve" | "reject", id: string, caller: Caller = OPERATOR) =>
    ask(
      `mutation ($id: ID!) { ${verb}LinkRequest(id: $id) { linkRequest { state decidedBy user { id } } } }`,
      { id },
      caller,
    );

  test("are listed once, by their state", async () => {
    expect(await arrive(person())).toBe("LINK_PENDING");
    expect((await list({ state: "PENDING" })).data.linkRequests).toEqual({
      totalCount: 1,
      nodes: [
        {
          id: expect.any(String),
          state: "PENDING",
          issuer: "https://id.example.com",
          ...person(),
          decidedAt: null,
          decidedBy: null,
          user: { id: ada },
          connection: { id: connectionId },
        },
      ],
    });
    expect((await list({ state: "APPROVED" })).data.linkRequests.nodes).toEqual([]);
    const addresses = (caller: Caller) =>
      ask(`query ($id: ID!) { linkRequests(organizationId: $id) { nodes { email } } }`, { id: organizationId }, caller);
    expect((await addresses(keyWith("USERS_WRITE"))).codes).toEqual(["FORBIDDEN"]);
    expect((await addresses(keyOfOrganization(house.otherOrganizationId))).codes).toEqual(["NOT_FOUND"]);
    expect((await addresses(keyWith("USERS_READ"))).codes).toEqual([]);
  });

  test("link the person when approved, even if the policy changes later", async () => {
    const { id } = await only();
    const { data, messages } = await answer("approve", id);
    expect(messages).toEqual([]);
    expect(data.approveLinkRequest.linkRequest).toMatchObject({ state: "APPROVED", user: { id: ada } });
    expect(await arrive(person())).toBe(ada);
    expect((await identitiesOf(ada))[0]).toMatchObject({ linkKind: "OWN", hidden: false });
    expect((await answer("approve", id)).messages).toEqual([]);
    expect((await answer("reject", id)).codes).toEqual(["LINK_REQUEST_DECIDED"]);
    expect(await auditOf("link_request.approved")).toHaveLength(1);
    await switchTo("NONE");
    expect(await arrive(person())).toBe(ada);
  });

  test("are made again after the link is deleted, and the latest answer counts", async () => {
    await answer("approve", (await only()).id);
    expect(await arrive(person())).toBe(ada);
    await execute("DELETE FROM identity WHERE user_id = ?", ada);
    expect(await arrive(person())).toBe("LINK_PENDING");
    const { nodes } = (await list()).data.linkRequests;
    expect(nodes.map(({ state }: { state: string }) => state).toSorted()).toEqual(["APPROVED", "PENDING"]);
    const { id } = nodes.find(({ state }: { state: string }) => state === "PENDING");
    expect((await answer("reject", id)).messages).toEqual([]);
    expect([ada, "LINK_PENDING"]).not.toContain(await arrive(person()));
  });

  test("leave the account unchanged when rejected, and the person gets one of their own", async () => {
    const { id } = await only();
    expect((await answer("reject", id)).messages).toEqual([]);
    const own = await arrive(person());
    expect([ada, "LINK_PENDING"]).not.toContain(own);
    expect((await answer("approve", id)).codes).toEqual(["LINK_REQUEST_DECIDED"]);
    expect(await identitiesOf(ada)).toEqual([]);
  });

  test("remove the password of the account if its address is not proved", async () => {
    await execute(
      "INSERT INTO user_credential (user_id, password_hash, set_at) VALUES (?, 'x', '2026-11-01 00:00:00.000')",
      ada,
    );
    await answer("approve", (await only()).id);
    expect(await house.services.reader.rows("SELECT user_id FROM user_credential WHERE user_id = ?", [ada])).toEqual(
      [],
    );
  });

  test("are not approved if the person has got a different account meanwhile", async () => {
    await switchTo("NONE");
    const own = await arrive(person());
    expect((await answer("approve", (await only()).id)).codes).toEqual(["IDENTITY_TAKEN"]);
    expect(await arrive(person())).toBe(own);
  });

  test("need USERS_WRITE and every permission of the account", async () => {
    const boss = await account(at("boss"), { roleKeys: ["ADMIN"] });
    expect(await arrive({ subject: "boss", email: at("boss") })).toBe("LINK_PENDING");
    const { id, user } = await only();
    expect(user.id).toBe(boss);
    expect((await answer("approve", id, keyWith("USERS_WRITE", "USERS_READ"))).codes).toEqual(["FORBIDDEN"]);
    for (const verb of ["approve", "reject"] as const) {
      expect((await answer(verb, id, keyWith("USERS_READ"))).codes).toEqual(["FORBIDDEN"]);
      expect((await answer(verb, id, keyOfOrganization(house.otherOrganizationId))).codes).toEqual(["NOT_FOUND"]);
    }
    expect((await only()).state).toBe("PENDING");
    expect((await answer("approve", id, keyWith())).codes).toEqual([]);
  });
});

test("linking is described in the schema", () => {
  expect(findUndescribed(schema)).toEqual([]);
});
