/** Linking one person at a provider to a different account. */
import { describe, expect, test } from "@jest/globals";
import { ANONYMOUS } from "../../../src/access/caller.js";
import { createUser } from "../../../src/people/user/user.operations.js";
import { eventsOf, keyOfOrganization, OPERATOR } from "../support/house.js";
import {
  account,
  arrive,
  at,
  auditOf,
  connectionId,
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

describe("relinking one person", () => {
  test("lets a person sign in again after the provider re-created them", async () => {
    await switchTo("NONE");
    const ada = await arrive({ subject: "ada-1", email: at("ada") });
    const again = { subject: "ada-2", email: at("ada") };
    expect(await arrive(again)).toBe("SUBJECT_CHANGED");
    const person = { connectionId, issuer: "https://id.example.com", subject: "ada-2" };
    const { data, messages } = await relink({ ...person, userId: ada });
    expect(messages).toEqual([]);
    expect(data.relinkIdentity.identity).toMatchObject({ subject: "ada-2", linkKind: "OWN" });
    expect(await arrive(again)).toBe(ada);
    expect(await auditOf("identity.linked")).toEqual([
      expect.objectContaining({ after: expect.objectContaining({ userId: ada, subject: "ada-2" }) }),
    ]);
    const linked = (await eventsOf(house, organizationId)).filter(({ type }) => type === "user.linked");
    expect(linked).toMatchObject([{ data: { user: { id: ada }, connectionId, previousUserIds: [] } }]);
    // The second call changes nothing.
    await relink({ ...person, userId: ada });
    expect(await auditOf("identity.linked")).toHaveLength(1);
  });

  test("ends the sessions of the old account through the connection", async () => {
    const wrong = await arrive({ subject: "ada", email: at("ada") });
    const right = await account(at("right"));
    const [identity] = await identitiesOf(wrong);
    expect((await relink({ identityId: identity!.id, userId: right })).messages).toEqual([]);
    expect(await sessionsOf(wrong)).toBe(0);
    expect(await identitiesOf(wrong)).toEqual([]);
    expect(await lastEvent()).toMatchObject({ type: "user.linked", data: { previousUserIds: [wrong] } });
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(right);
  });

  test("retires a merged link, and the person is not merged again", async () => {
    const ada = await account(at("ada"));
    const right = await account(at("right"));
    const person = { subject: "ada", email: at("ada") };
    expect(await arrive(person)).toBe(ada);
    const [identity] = await identitiesOf(ada);
    await relink({ identityId: identity!.id, userId: right });
    expect(await arrive(person)).toBe(right);
    expect(await arrive(person)).toBe(right);
    expect(await sessionsOf(ada)).toBe(0);
    expect((await identitiesOf(ada))[0]).toMatchObject({ id: identity!.id, linkKind: "MERGED" });
    // A retired link also names the person.
    expect((await relink({ identityId: identity!.id, userId: ada })).messages).toEqual([]);
    expect(await arrive(person)).toBe(ada);
  });

  test("takes the subject exactly", async () => {
    const ada = await account(at("ada"));
    await relink({ connectionId, issuer: "https://id.example.com", subject: " Ada ", userId: ada });
    expect(await arrive({ subject: "Ada", email: at("x") })).not.toBe(ada);
    expect(await arrive({ subject: " Ada ", email: at("y") })).toBe(ada);
  });

  test("removes the password of the account if nobody has proved its address", async () => {
    const ada = await account(at("ada"));
    await execute(
      "INSERT INTO user_credential (user_id, password_hash, set_at) VALUES (?, 'x', '2026-11-01 00:00:00.000')",
      ada,
    );
    await relink({ connectionId, issuer: "i", subject: "s", userId: ada });
    expect(await house.services.reader.rows("SELECT user_id FROM user_credential WHERE user_id = ?", [ada])).toEqual(
      [],
    );
    expect((await auditOf("identity.linked"))[0]!.after).toMatchObject({ droppedUnverifiedPassword: true });
  });

  test("is refused if the old account has a permission that the caller lacks, and so is unmerging", async () => {
    const boss = await account(at("boss"), { roleKeys: ["ADMIN"] });
    const lesser = await account(at("lesser"));
    const person = { subject: "boss", email: at("boss") };
    expect(await arrive(person)).toBe(boss);
    const [identity] = await identitiesOf(boss);
    const helper = keyWith("USERS_WRITE", "USERS_READ");
    expect((await relink({ identityId: identity!.id, userId: lesser }, helper)).codes).toEqual(["FORBIDDEN"]);
    expect((await unmerge(identity!.id, helper)).codes).toEqual(["FORBIDDEN"]);
    expect(await arrive(person)).toBe(boss);
    // The same holds after the link has become the person's own link.
    await relink({ identityId: identity!.id, userId: boss });
    expect((await relink({ identityId: identity!.id, userId: lesser }, helper)).codes).toEqual(["FORBIDDEN"]);
    expect(await arrive(person)).toBe(boss);
  });

  test("is refused if the new account has a permission that the caller lacks", async () => {
    const boss = await account(at("boss"), { roleKeys: ["ADMIN"] });
    const person = { connectionId, issuer: "i", subject: "s" };
    expect((await relink({ ...person, userId: boss }, keyWith("USERS_WRITE", "USERS_READ"))).codes).toEqual([
      "FORBIDDEN",
    ]);
    expect(await identitiesOf(boss)).toEqual([]);

    const guest = await account(at("guest"));
    const elsewhere = house.otherOrganizationId;
    await execute(
      `INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, '2026-11-01 00:00:00.000')`,
      elsewhere,
      guest,
    );
    await execute(
      `INSERT INTO membership_role (organization_id, user_id, role_id, source_kind, created_at)
       SELECT organization_id, ?, id, 'ADMIN', '2026-11-01 00:00:00.000' FROM role
        WHERE organization_id = ? AND role_key = 'ADMIN'`,
      guest,
      elsewhere,
    );
    // Roles in a different organization do not count.
    expect((await relink({ ...person, userId: guest }, keyWith())).codes).toEqual([]);
    expect((await relink({ ...person, userId: boss }, keyWith())).codes).toEqual([]);
  });

  test("is refused for accounts of a different organization", async () => {
    const person = { connectionId, issuer: "i", subject: "s" };
    const home = { organizationId: house.otherOrganizationId, email: at("stranger") };
    const stranger = await createUser(house.services, OPERATOR, { ...home, firstName: "X", lastName: "Y" });
    expect((await relink({ ...person, userId: stranger.id })).codes).toEqual(["NOT_FOUND"]);
    // A guest signs in at their home organization.
    await execute(
      "INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, '2026-11-01 00:00:00.000')",
      organizationId,
      stranger.id,
    );
    expect((await relink({ ...person, userId: stranger.id })).codes).toEqual(["NOT_FOUND"]);
    const ada = await account(at("ada"));
    const outsider = keyOfOrganization(house.otherOrganizationId);
    expect((await relink({ ...person, userId: ada }, outsider)).codes).toEqual(["NOT_FOUND"]);
    expect((await relink({ ...person, userId: ada }, keyWith("USERS_READ"))).codes).toEqual(["FORBIDDEN"]);
    expect((await relink({ ...person, userId: ada }, ANONYMOUS)).codes).toEqual(["UNAUTHENTICATED"]);
    expect(await identitiesOf(ada)).toEqual([]);
  });

  test.each([
    [{}, ["connectionId", "issuer", "subject"]],
    [{ connectionId: "c", issuer: "" }, ["issuer", "subject"]],
    [{ identityId: "i", subject: "s" }, ["subject"]],
    [{ connectionId: "c", issuer: "i", subject: "s".repeat(513) }, ["subject"]],
  ])("by %j is refused at %j", async (person, paths) => {
    const { codes, details } = await relink({ ...person, userId: "u" });
    expect(codes).toEqual(["INVALID_INPUT"]);
    expect(details.fields.map(({ path }: { path: string }) => path)).toEqual(paths);
  });
});
