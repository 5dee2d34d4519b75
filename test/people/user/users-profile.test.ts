/** Profiles: values and their sources, changes by the person, and links between people and their managers. */
import { describe, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import type { Permission } from "../../../src/access/permission.js";
import { createApiKey } from "../../../src/people/api-key/api-key.operations.js";
import { recallCaller, rememberCaller } from "../../../src/people/caller/recall-caller.js";
import { resolveCaller } from "../../../src/people/caller/resolve-caller.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import { deleteUser } from "../../../src/people/user/delete/delete.operations.js";
import type { FieldSource, FieldValue } from "../../../src/people/user/profile/field.js";
import type { FieldName } from "../../../src/people/user/profile/field-name.js";
import { findOrganization } from "../../../src/people/organization/organization.repository.js";
import { findLocks, shownFields } from "../../../src/people/user/profile/profile.js";
import { updateMyProfile } from "../../../src/people/user/profile/profile.operations.js";
import { changeAccount } from "../../../src/people/user/user.changes.js";
import { createUser, updateUser } from "../../../src/people/user/user.operations.js";
import { findUser } from "../../../src/people/user/user.repository.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { codeOf, keyOf, makeOrganization, makeUser, useHouse, OPERATOR, personIn } from "../../support/house.js";

const house = useHouse();

/** Gives values of a source, as a sign-in or a directory does. */
async function say(userId: string, source: FieldSource, values: { readonly [Field in FieldName]?: string | null }) {
  const user = await findUser(house.store.reader, null, userId);
  if (user === null) throw new Error("the user is gone");
  const home = await findOrganization(house.store.reader, null, user.homeOrganizationId);
  if (home === null) throw new Error("the home is gone");
  await house.inUnit((unit) =>
    changeAccount(unit, home, user, { given: { source, sourceId: `${source}-id`, values } }),
  );
}

const PROFILE = `query ($id: ID!) { user(id: $id) { fullName profile { field value source sourceId updatedAt }
  fieldValues { field value source } lockedFields manager { id fullName } managerName managerEmail } }`;

describe("values and their sources", () => {
  test("are shown with source and time, the highest precedence first", async () => {
    const { id: organizationId } = await makeOrganization(house);
    house.clock.now = new Date("2026-11-23T10:00:00.000Z");
    const { data, codes } = await house.ask(
      keyOf(organizationId, "USERS_WRITE", "USERS_READ"),
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id profile { field value } } } }`,
      {
        input: {
          organizationId,
          email: "ada@example.com",
          firstName: "Ada",
          lastName: "Lovelace",
          profile: { phone: "1", costCenter: "4711", custom: [{ name: "tShirt", value: "M" }] },
        },
      },
    );
    expect(codes).toEqual([]);
    const { id, profile } = data.createUser.user;
    expect(profile).toEqual([
      { field: "email", value: "ada@example.com" },
      { field: "firstName", value: "Ada" },
      { field: "lastName", value: "Lovelace" },
      { field: "phone", value: "1" },
      { field: "costCenter", value: "4711" },
      { field: "custom.tShirt", value: "M" },
    ]);
    house.clock.now = new Date("2026-11-23T11:00:00.000Z");
    await say(id, "SSO", { phone: "2", firstName: "Augusta", department: "R&D" });
    const { data: seen } = await house.ask(keyOf(organizationId, "USERS_READ"), PROFILE, { id });
    expect(seen.user.fullName).toBe("Augusta Lovelace");
    const shown = new Map<string, object>(seen.user.profile.map((each: { field: string }) => [each.field, each]));
    expect(shown.get("phone")).toEqual({
      field: "phone",
      value: "2",
      source: "SSO",
      sourceId: "SSO-id",
      updatedAt: "2026-11-23T11:00:00.000Z",
    });
    expect(shown.get("costCenter")).toMatchObject({ source: "API", updatedAt: "2026-11-23T10:00:00.000Z" });
    expect(seen.user.fieldValues.filter(({ field }: { field: string }) => field === "phone")).toEqual([
      { field: "phone", value: "2", source: "SSO" },
      { field: "phone", value: "1", source: "API" },
    ]);
  });

  test("follow the organization's precedence", () => {
    const value = (source: FieldSource, text: string): FieldValue => ({
      field: "phone",
      source,
      sourceId: null,
      value: text,
      givenAt: new Date(0),
    });
    const values = [value("PERSON", "mine"), value("SSO", "theirs")];
    expect(shownFields(values, ["SSO"])[0]?.value).toBe("theirs");
    expect(shownFields(values, ["PERSON"])[0]?.value).toBe("mine");
    expect(shownFields([value("PERSON", "mine"), value("SCIM", "")], [])).toEqual([]);
    expect([...findLocks(values, ["PERSON"], "PASSWORD")]).toEqual([]);
    expect([...findLocks(values, ["PERSON"], "SSO")]).toEqual([["phone", "SSO"]]);
    expect([...findLocks([value("PERSON", "mine")], [], "SSO")]).toEqual([]);
  });

  test("are for callers who may see users, and for the person", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: elsewhere } = await makeOrganization(house);
    const { id } = await makeUser(house, organizationId, { profile: { phone: "1" } });
    const viewer = (fields: string) => `{ viewer { user { ${fields} } } }`;
    const person = personIn(organizationId, id, []);
    const own = await house.ask(person, viewer("profile { field } lockedFields managerName"));
    expect(own.codes).toEqual([]);
    expect((await house.ask(person, viewer("fieldValues { field }"))).codes).toEqual(["FORBIDDEN"]);
    expect((await house.ask(person, viewer("manager { id }"))).codes).toEqual(["FORBIDDEN"]);

    const writer = keyOf(organizationId, "USERS_WRITE");
    for (const field of ["profile { field }", "lockedFields", "managerName", "managerEmail", "manager { id }"]) {
      const document = `mutation ($id: ID!) { enableUser(id: $id) { user { id ${field} } } }`;
      expect((await house.ask(writer, document, { id })).codes).toEqual(["FORBIDDEN"]);
    }

    // Only the home organization sees a guest's values.
    await house.inUnit((unit) =>
      unit.execute("INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, ?)", [
        elsewhere,
        id,
        unit.now,
      ]),
    );
    await say(id, "SSO", { phone: "2" });
    const { data } = await house.ask(personIn(elsewhere, "host"), PROFILE, { id });
    expect(data.user.fieldValues).toEqual([]);
    expect(data.user.profile.map(({ sourceId }: { sourceId: string | null }) => sourceId)).not.toContain("SSO-id");
    const roleless = `query ($org: ID!) { users(organizationId: $org) { nodes { profile { value } } } }`;
    expect((await house.ask(personIn(organizationId, "plain", []), roleless, { org: organizationId })).codes).toEqual([
      "FORBIDDEN",
    ]);
  });

  test("cost two queries for a page of any length", async () => {
    const { id: organizationId } = await makeOrganization(house);
    for (const number of [1, 2, 3])
      await makeUser(house, organizationId, {
        email: `u${number}@example.com`,
        profile: { managerEmail: "u1@example.com" },
      });
    const document = `query ($org: ID!, $first: Int) { users(organizationId: $org, first: $first) { nodes {
      profile { field value } fieldValues { field } lockedFields manager { email } managerName } } }`;
    for (const first of [1, 3]) {
      const { result, statements } = await countQueries(() =>
        house.ask(OPERATOR, document, { org: organizationId, first }),
      );
      expect(result.codes).toEqual([]);
      // Statements: the page; the fields of its users; their homes; their managers.
      expect(statements).toHaveLength(4);
    }
  });

  test("refuse a change by hand that would not be shown, and an unknown field", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeUser(house, organizationId);
    await say(id, "SCIM", { department: "R&D" });
    await expect(updateUser(house.store, OPERATOR, { id, profile: { department: "Sales" } })).rejects.toMatchObject({
      code: "FIELD_OVERRULED",
      details: { fields: [{ field: "department", source: "SCIM" }] },
    });
    const custom = [{ name: "9 lives", value: "x" }];
    expect(await codeOf(updateUser(house.store, OPERATOR, { id, profile: { custom } }))).toBe("INVALID_INPUT");
  });
});

describe("the own profile", () => {
  const UPDATE = `mutation ($input: UpdateMyProfileInput!) {
    updateMyProfile(input: $input) { user { firstName version profile { field value source } } } }`;

  test("is stored with the person as the source, in one event", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeUser(house, organizationId);
    const me = personIn(organizationId, id, []);
    const input = { profile: { phone: "+43 1", custom: [{ name: "pet", value: "cat" }] } };
    const { data, codes } = await house.ask(me, UPDATE, { input });
    expect(codes).toEqual([]);
    expect(data.updateMyProfile.user.version).toBe(2);
    expect(data.updateMyProfile.user.profile).toEqual(
      expect.arrayContaining([
        { field: "phone", value: "+43 1", source: "PERSON" },
        { field: "custom.pet", value: "cat", source: "PERSON" },
      ]),
    );
    expect((await house.ask(me, UPDATE, { input })).data.updateMyProfile.user.version).toBe(2);
    const events = await house.database.reader.rows<{ cause_kind: string; cause_actor: string; type: string }>(
      "SELECT type, cause_kind, cause_actor FROM event WHERE subject_id = ? ORDER BY sequence",
      [id],
    );
    expect(events.slice(1)).toEqual([{ type: "user.updated", cause_kind: "PERSON", cause_actor: id }]);
    const [, audited] = await house.database.reader.rows<{ action: string; actor_kind: string }>(
      "SELECT action, actor_kind FROM audit_entry WHERE subject_id = ? ORDER BY id",
      [id],
    );
    expect(audited).toEqual({ action: "user.updated", actor_kind: "PERSON" });
  });

  test("does not change values of the identity provider, at any precedence", async () => {
    const { id: organizationId } = await makeOrganization(house);
    await house.inUnit((unit) =>
      unit.execute("UPDATE organization SET policies = ? WHERE id = ?", [
        JSON.stringify({ ...DEFAULT_ORGANIZATION_POLICIES, fieldPrecedence: ["PERSON"] }),
        organizationId,
      ]),
    );
    const { id } = await makeUser(house, organizationId);
    await say(id, "SSO", { phone: "1", jobTitle: "Engineer" });
    const me = personIn(organizationId, id, []);
    const change = updateMyProfile(house.store, me, {
      firstName: "Augusta",
      profile: { phone: "2", jobTitle: "Engineer", city: "Vienna" },
    });
    await expect(change).rejects.toMatchObject({
      code: "FIELD_OVERRULED",
      details: { fields: [{ field: "phone", source: "SSO" }] },
    });
    // The refused change stored nothing. Unchanged values of a form are ignored.
    const after = await updateMyProfile(house.store, me, {
      firstName: "Augusta",
      profile: { phone: "1", jobTitle: "Engineer" },
    });
    expect(after.firstName).toBe("Augusta");
  });

  test("does not change values of an administrator, nor other people", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeUser(house, organizationId, { profile: { costCenter: "1" }, authMethod: "PASSWORD" });
    const me = personIn(organizationId, id, []);
    const change = (profile: object) => codeOf(updateMyProfile(house.store, me, { profile }));
    expect(await change({ costCenter: "2" })).toBe("FIELD_OVERRULED");
    expect(await change({ costCenter: null })).toBe("FIELD_OVERRULED");
    expect(await change({ phone: "2" })).toBe("NONE");
    const input = { profile: { phone: "3" } };
    expect(await codeOf(updateMyProfile(house.store, OPERATOR, input))).toBe("FORBIDDEN");
    expect(await codeOf(updateMyProfile(house.store, keyOf(organizationId, "USERS_WRITE"), input))).toBe("FORBIDDEN");
    expect(await codeOf(updateMyProfile(house.store, ANONYMOUS, input))).toBe("UNAUTHENTICATED");
    expect(await codeOf(updateMyProfile(house.store, me, { ...input, expectedVersion: 1 }))).toBe("VERSION_CONFLICT");
    await house.inUnit((unit) => unit.execute("UPDATE app_user SET status = 'DISABLED' WHERE id = ?", [id]));
    expect(await codeOf(updateMyProfile(house.store, me, input))).toBe("UNAUTHENTICATED");
  });
});

describe("managers", () => {
  const managerOf = async (id: string) => {
    const { data } = await house.ask(OPERATOR, PROFILE, { id });
    return { id: data.user.manager?.id ?? null, name: data.user.managerName, email: data.user.managerEmail };
  };
  const NOBODY = { id: null, name: null, email: null };

  test("are linked in either order of creation, without regard to case", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const person = (email: string, managerEmail: string | null) =>
      makeUser(house, organizationId, { email, firstName: email.slice(0, 3), profile: { managerEmail } });
    const before = await person("one@example.com", "Boss@Example.com");
    expect(await managerOf(before.id)).toEqual({ id: null, name: null, email: "Boss@Example.com" });
    const boss = await person("boss@example.com", null);
    const after = await person("two@example.com", "boss@example.com");
    const linked = { id: boss.id, name: "bos Lovelace", email: "boss@example.com" };
    for (const { id } of [before, after]) expect(await managerOf(id)).toEqual(linked);
  });

  test("follow changes of the manager's address and of the report's profile", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const boss = await makeUser(house, organizationId, { email: "boss@example.com" });
    const other = await makeUser(house, organizationId, { email: "other@example.com" });
    const { id } = await makeUser(house, organizationId, {
      email: "one@example.com",
      profile: { managerEmail: "boss@example.com", managerName: "The Boss" },
    });
    const set = (managerEmail: string | null) => updateUser(house.store, OPERATOR, { id, profile: { managerEmail } });
    await set("other@example.com");
    expect((await managerOf(id)).id).toBe(other.id);
    await set("one@example.com");
    expect((await managerOf(id)).id).toBeNull();
    await set(null);
    expect(await managerOf(id)).toEqual({ ...NOBODY, name: "The Boss" });
    await set("boss@example.com");
    expect((await managerOf(id)).id).toBe(boss.id);
    await updateUser(house.store, OPERATOR, { id: boss.id, email: "new@example.com" });
    expect(await managerOf(id)).toEqual({ id: null, name: "The Boss", email: "boss@example.com" });
    await updateUser(house.store, OPERATOR, { id: other.id, email: "boss@example.com" });
    expect((await managerOf(id)).id).toBe(other.id);
    await house.ask(OPERATOR, "mutation ($id: ID!) { deleteUser(id: $id) { user { id } } }", { id: other.id });
    expect((await managerOf(id)).id).toBeNull();
  });

  test("are not linked if two accounts have the address, nor from another organization", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: elsewhere } = await makeOrganization(house);
    await makeUser(house, elsewhere, { email: "boss@example.com" });
    const { id } = await makeUser(house, organizationId, {
      email: "one@example.com",
      profile: { managerEmail: "boss@example.com" },
    });
    expect((await managerOf(id)).id).toBeNull();
    const first = await makeUser(house, organizationId, { email: "boss@example.com" });
    expect((await managerOf(id)).id).toBe(first.id);
    await makeUser(house, organizationId, { email: "boss@example.com", authMethod: "PASSWORD" });
    expect((await managerOf(id)).id).toBeNull();
  });

  test("cannot make themselves managers of people whose training they may not see", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const named = (email: string, managerEmail: string | null = null) =>
      makeUser(house, organizationId, { email, profile: { managerEmail } });
    const eve = await named("eve@example.com");
    const bob = await named("bob@example.com");
    const boss = await named("boss@example.com");
    const report = await named("report@example.com", "boss@example.com");
    const eveWith = (...permissions: Permission[]) =>
      personIn(organizationId, eve.id, ["USERS_WRITE", "TEAM_TRAINING_READ", ...permissions]);
    const narrow = eveWith();
    const refused = async (deed: Promise<unknown>) => expect(await codeOf(deed)).toBe("FORBIDDEN");
    const profile = { managerEmail: "Eve@example.com" };
    await refused(updateUser(house.store, narrow, { id: bob.id, profile }));
    const newcomer = { organizationId, email: "new@example.com", firstName: "N", lastName: "N", profile };
    await refused(createUser(house.store, narrow, newcomer));
    // Eve could take the address that profiles name, or remove it from a second account.
    await named("soon@example.com", "later@example.com");
    await refused(updateUser(house.store, narrow, { id: eve.id, email: "later@example.com" }));
    await updateUser(house.store, OPERATOR, { id: boss.id, email: "other-boss@example.com" });
    await refused(updateUser(house.store, narrow, { id: eve.id, email: "boss@example.com" }));
    const [first, second] = [
      await named("twin@example.com"),
      await makeUser(house, organizationId, { email: "x@example.com" }),
    ];
    await house.inUnit((unit) =>
      unit.execute("UPDATE app_user SET first_signed_in_at = created_at WHERE id IN (?, ?)", [first.id, second.id]),
    );
    await updateUser(house.store, OPERATOR, { id: second.id, email: "twin@example.com" });
    const ofTwins = await named("of-twins@example.com", "twin@example.com");
    const twin = personIn(organizationId, first.id, ["USERS_WRITE", "TEAM_TRAINING_READ"]);
    await refused(updateUser(house.store, twin, { id: second.id, email: "y@example.com" }));
    await refused(deleteUser(house.store, { guards: [], erasers: [] }, twin, second.id));
    // Eve gets no further permission from a key that she creates, or from a key that such a key creates.
    const makerOfKeys = eveWith("ORGANIZATION_WRITE");
    const scopes = ["USERS_WRITE", "ORGANIZATION_WRITE"] as const;
    const makeKey = async (caller: Caller, ...more: Permission[]) => {
      const input = { organizationId, name: "Sync", scopes: [...scopes, ...more] };
      const { key } = await createApiKey(house.store, caller, input);
      const credentials = { authorization: `Bearer ${key}`, sessionToken: null };
      return await resolveCaller(house.database.reader, () => house.clock.now, credentials);
    };
    const ofEve = await makeKey(makerOfKeys);
    await refused(updateUser(house.store, ofEve, { id: bob.id, profile }));
    await refused(updateUser(house.store, await makeKey(ofEve), { id: bob.id, profile }));
    const recalled = await recallCaller(house.database.reader, house.clock.now, rememberCaller(ofEve));
    await refused(updateUser(house.store, recalled!, { id: bob.id, profile }));
    for (const { id } of [bob, report, ofTwins]) expect((await managerOf(id)).id).toBeNull();
    // A key of an administrator, and a key with TRAINING_READ, may name any manager.
    for (const key of [await makeKey(personIn(organizationId, eve.id)), await makeKey(OPERATOR, "TRAINING_READ")]) {
      await updateUser(house.store, key, { id: bob.id, profile });
      expect((await managerOf(bob.id)).id).toBe(eve.id);
      await updateUser(house.store, key, { id: bob.id, profile: { managerEmail: null } });
    }
    // These callers gain nothing: they see all training, or name another manager, or name themselves as their own manager.
    await updateUser(house.store, eveWith("TRAINING_READ"), { id: bob.id, profile });
    expect((await managerOf(bob.id)).id).toBe(eve.id);
    await updateUser(house.store, narrow, { id: bob.id, profile: { managerEmail: "other-boss@example.com" } });
    expect((await managerOf(bob.id)).id).toBe(boss.id);
    await updateMyProfile(house.store, narrow, { profile });
    expect((await managerOf(eve.id)).id).toBeNull();
  });

  test("are found by a whole long address", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const email = (letter: string) => `${"a".repeat(60)}@${"b".repeat(60)}.${letter}.example.com`;
    const one = await makeUser(house, organizationId, {
      email: "1@example.com",
      profile: { managerEmail: email("x") },
    });
    const two = await makeUser(house, organizationId, {
      email: "2@example.com",
      profile: { managerEmail: email("y") },
    });
    const boss = await makeUser(house, organizationId, { email: email("x") });
    expect((await managerOf(one.id)).id).toBe(boss.id);
    expect((await managerOf(two.id)).id).toBeNull();
  });
});
