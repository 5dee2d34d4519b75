/** Users: creating, changing and reading them, by operation and by GraphQL. */
import { describe, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import { ALL_PERMISSIONS } from "../../../src/access/permission.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { deleteUser } from "../../../src/people/user/delete/delete.operations.js";
import { createUser, readUser, updateUser } from "../../../src/people/user/user.operations.js";
import { noteSignIn } from "../../../src/people/user/user.repository.js";
import {
  codeOf,
  countRows,
  keyOf,
  makeOrganization,
  makeUser,
  useHouse,
  OPERATOR,
  personIn,
} from "../../support/house.js";

const house = useHouse();
const { eventsOf, auditOf } = house;

const CREATE = `mutation ($input: CreateUserInput!) {
  createUser(input: $input) { user { id email firstName lastName fullName username employeeId status authMethod
    lastSignedInAt version role { key } roles { key name rank permissions } organization { slug } } } }`;

async function signIn(userId: string) {
  await house.inUnit((unit) => noteSignIn(unit, userId));
}

describe("createUser", () => {
  test("creates an account with the default role, its event and its audit entry", async () => {
    const { id: organizationId, slug } = await makeOrganization(house);
    const { data, codes } = await house.ask(keyOf(organizationId, "USERS_WRITE"), CREATE, {
      input: { organizationId, email: " Ada@Example.com ", firstName: "Ada", lastName: "Lovelace", authMethod: "SSO" },
    });
    expect(codes).toEqual([]);
    expect(data.createUser.user).toMatchObject({
      email: "Ada@Example.com",
      fullName: "Ada Lovelace",
      username: null,
      status: "ACTIVE",
      authMethod: "SSO",
      lastSignedInAt: null,
      version: 1,
      role: { key: "USER" },
      roles: [{ key: "USER", name: "User", rank: 100, permissions: [] }],
      organization: { slug },
    });
    const events = await eventsOf(data.createUser.user.id);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: "user.created", causeKind: "API_KEY" });
    expect(events[0]!.data.user).toMatchObject({ email: "Ada@Example.com", roles: ["USER"] });
    expect(await auditOf(data.createUser.user.id)).toEqual([
      { action: "user.created", before: null, after: expect.objectContaining({ roles: ["USER"] }) },
    ]);
  });

  test("lists every mistake of an input at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const work = makeUser(house, organizationId, { email: "nobody", firstName: " ", lastName: "x".repeat(201) });
    await expect(work).rejects.toMatchObject({
      code: "INVALID_INPUT",
      details: {
        fields: [
          { path: "email", code: "INVALID" },
          { path: "firstName", code: "REQUIRED" },
          { path: "lastName", code: "INVALID" },
        ],
      },
    });
  });

  test("refuses lone surrogates and characters that change the direction of writing", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const work = makeUser(house, organizationId, {
      firstName: "A\ud83d",
      lastName: "evil\u202egpj.exe",
      username: "\u2067ada\u2069",
      profile: { city: "\ude00", custom: [{ name: "team", value: "\u202ered" }] },
    });
    await expect(work).rejects.toMatchObject({
      code: "INVALID_INPUT",
      details: {
        fields: [
          { path: "firstName", code: "INVALID", message: "must not contain half a character" },
          {
            path: "lastName",
            code: "INVALID",
            message: "must not contain characters that turn the direction of writing",
          },
          { path: "username", code: "INVALID" },
          { path: "profile.city", code: "INVALID" },
          { path: "profile.custom.0.value", code: "INVALID" },
        ],
      },
    });
    const whole = await makeUser(house, organizationId, { firstName: "A\ud83d\ude00", lastName: "\u05e9\u05dc\u200f" });
    expect(whole).toMatchObject({ firstName: "A\ud83d\ude00", lastName: "\u05e9\u05dc\u200f" });
  });

  test("accepts the longest names, even if folding lengthens them", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId, { firstName: "İ".repeat(200), lastName: "Z".repeat(200) });
    expect(user.fullName).toHaveLength(400);
  });

  test("refuses a second prepared account with the same address in an organization, without regard to case", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: other } = await makeOrganization(house);
    const first = await makeUser(house, organizationId);
    expect(await codeOf(makeUser(house, organizationId, { email: "ADA@example.com" }))).toBe("EMAIL_TAKEN");
    expect(await codeOf(makeUser(house, other))).toBe("NONE");
    // After the first sign-in, the identity identifies the person, so another prepared account may have the address.
    await signIn(first.id);
    expect(await codeOf(makeUser(house, organizationId))).toBe("NONE");
  });

  test("creates one prepared account for many requests at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(makeUser(house, organizationId))));
    expect(codes.toSorted()).toEqual([...Array<string>(7).fill("EMAIL_TAKEN"), "NONE"]);
  });

  test("lets one of many organizations have a password for an address", async () => {
    const organizations = await Promise.all(Array.from({ length: 6 }, () => makeOrganization(house)));
    const email = "race@example.com";
    const codes = await Promise.all(
      organizations.map(({ id }) => codeOf(makeUser(house, id, { email, authMethod: "PASSWORD" }))),
    );
    expect(codes.toSorted()).toEqual([...Array<string>(5).fill("EMAIL_TAKEN"), "NONE"]);
    // An SSO account may share its address.
    expect(await codeOf(makeUser(house, organizations[0]!.id, { email }))).toBe("NONE");
  });

  describe("with an address by which an account of another organization signs in", () => {
    const loginEmailOf = async (id: string) =>
      (
        await house.database.reader.row<{ login_email_key: string | null }>(
          "SELECT login_email_key FROM app_user WHERE id = ?",
          [id],
        )
      )?.login_email_key;
    const mailTo = async (email: string) =>
      await house.database.reader.rows<{ organization_id: string; template: string; body: string }>(
        "SELECT organization_id, template, body FROM mail_message WHERE recipient = ? ORDER BY id",
        [email],
      );
    /** The fields that an administrator sees of an account, without those that always differ. */
    const seen = async (caller: Caller, id: string) => {
      const { data } = await house.ask(
        caller,
        `query ($id: ID!) { user(id: $id) { email status authMethod version lastSignedInAt lockedFields profile { field } roles { key } } }`,
        { id },
      );
      return { ...data.user, email: "EMAIL", log: (await eventsOf(id)).map(({ type }) => type) };
    };
    let addresses = 0;
    const place = async () => {
      const [here, there] = [(await makeOrganization(house)).id, (await makeOrganization(house)).id];
      const email = `shared-${(addresses += 1)}@example.com`;
      const holder = await makeUser(house, there, { email, authMethod: "PASSWORD" });
      const key = keyOf(here, "USERS_READ", "USERS_WRITE");
      const make = (address: string, caller: Caller = key) =>
        createUser(house.store, caller, {
          organizationId: here,
          email: address,
          firstName: "A",
          lastName: "B",
          authMethod: "PASSWORD",
        });
      return { here, there, email, holder, key, make };
    };

    test("only the operator is refused, with the organization in the error", async () => {
      const { there, email, make } = await place();
      await expect(make(email, OPERATOR)).rejects.toMatchObject({
        code: "EMAIL_TAKEN",
        details: { email, organizationId: there },
      });
    });

    test("an account is created as with a free one, without a password; the holder gets a mail", async () => {
      const { there, email, holder, key, make } = await place();
      const free = await make(`free-${email}`);
      const taken = await make(email);
      expect(await seen(key, taken.id)).toEqual(await seen(key, free.id));
      expect(await codeOf(make(email))).toBe("EMAIL_TAKEN");
      expect(await codeOf(make(`free-${email}`))).toBe("EMAIL_TAKEN");
      expect([await loginEmailOf(taken.id), await loginEmailOf(free.id)]).toEqual([null, `free-${email}`]);
      expect(await loginEmailOf(holder.id)).toBe(email);
      const [mail, ...others] = await mailTo(email);
      expect(others).toEqual([]);
      expect(mail).toMatchObject({ organization_id: there, template: "address-given" });
      expect(mail!.body).toContain(`your address, ${email}.`);
      // A later change of another field does not claim the address.
      await updateUser(house.store, key, { id: taken.id, firstName: "Other" });
      expect(await loginEmailOf(taken.id)).toBeNull();
    });

    test("an account gets it like a free one and loses its own, and the holder gets a mail once a day", async () => {
      const { email, holder, key, make } = await place();
      const { id } = await make(`own-${email}`);
      for (const address of [email, `own-${email}`, email.toUpperCase(), `own-${email}`]) {
        expect(await codeOf(updateUser(house.store, key, { id, email: address }))).toBe("NONE");
        expect(await loginEmailOf(id)).toBe(address.startsWith("own") ? address : null);
      }
      expect(await mailTo(email)).toHaveLength(1);
      const day = 24 * 60 * 60 * 1000;
      for (const [milliseconds, mails] of [
        [day, 1],
        [1, 2],
      ] as const) {
        house.clock.now = new Date(house.clock.now.getTime() + milliseconds);
        await updateUser(house.store, key, { id, email });
        await updateUser(house.store, key, { id, email: `own-${email}` });
        expect(await mailTo(email)).toHaveLength(mails);
      }
      // After the holder is deleted, the next account with the address signs in with it.
      await deleteUser(house.store, { guards: [], erasers: [] }, OPERATOR, holder.id);
      await updateUser(house.store, key, { id, email: `own-${email}` });
      await updateUser(house.store, key, { id, email });
      expect(await loginEmailOf(id)).toBe(email);
    });

    test("one of many organizations at once gets it for a password, and none learns of the others", async () => {
      const keys = await Promise.all(Array.from({ length: 6 }, async () => (await makeOrganization(house)).id));
      const email = "race-of-administrators@example.com";
      const made = await Promise.all(
        keys.map((organizationId) =>
          createUser(house.store, keyOf(organizationId, "USERS_WRITE"), {
            organizationId,
            email,
            firstName: "A",
            lastName: "B",
            authMethod: "PASSWORD",
          }),
        ),
      );
      const held = await Promise.all(made.map(({ id }) => loginEmailOf(id)));
      expect(held.filter((key) => key === email)).toHaveLength(1);
      expect(held.filter((key) => key === null)).toHaveLength(5);
    });
  });

  test("refuses a role with permissions that the caller does not hold, and creates nothing", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const before = await countRows(house, "app_user");
    const input = { organizationId, email: "e@example.com", firstName: "E", lastName: "E" };
    const key = keyOf(organizationId, "USERS_READ", "USERS_WRITE");
    expect(await codeOf(createUser(house.store, key, { ...input, roleKeys: ["ADMIN"] }))).toBe("FORBIDDEN");
    expect(await codeOf(createUser(house.store, key, { ...input, roleKeys: ["USER", "MANAGER"] }))).toBe("FORBIDDEN");
    expect(await codeOf(createUser(house.store, key, { ...input, roleKeys: ["NOBODY"] }))).toBe("INVALID_INPUT");
    expect(await countRows(house, "app_user")).toBe(before);
    expect(await codeOf(createUser(house.store, key, { ...input, roleKeys: ["USER"] }))).toBe("NONE");
  });

  test("writes nothing if the unit fails at its end", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const tables = ["app_user", "membership", "membership_role", "event", "audit_entry"];
    const before = await Promise.all(tables.map((table) => countRows(house, table)));
    const failing: typeof house.store = {
      reader: house.store.reader,
      begin: (caller, cause, work) =>
        house.store.begin(caller, cause, async (unit) => {
          await work(unit);
          throw new Error("the power went out");
        }),
    };
    const person = { organizationId, email: "x@example.com", firstName: "X", lastName: "Y" };
    await expect(createUser(failing, OPERATOR, person)).rejects.toThrow("the power went out");
    expect(await Promise.all(tables.map((table) => countRows(house, table)))).toEqual(before);
  });
});

describe("updateUser", () => {
  const UPDATE = `mutation ($input: UpdateUserInput!) {
    updateUser(input: $input) { user { id email firstName fullName username employeeId version roles { key } } } }`;

  test("changes the given fields, keeps absent ones, clears null ones, and appends one event", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId, { username: "ada", employeeId: "4711" });
    const caller = personIn(organizationId, "administrator");
    const { data, codes } = await house.ask(caller, UPDATE, {
      input: { id: user.id, expectedVersion: 1, firstName: "Augusta", employeeId: null, roleKeys: ["MANAGER", "USER"] },
    });
    expect(codes).toEqual([]);
    expect(data.updateUser.user).toEqual({
      id: user.id,
      email: "ada@example.com",
      firstName: "Augusta",
      fullName: "Augusta Lovelace",
      username: "ada",
      employeeId: null,
      version: 2,
      roles: [{ key: "MANAGER" }, { key: "USER" }],
    });
    const [, updated, rolesChanged, ...others] = await eventsOf(user.id);
    expect(others).toEqual([]);
    expect(rolesChanged).toMatchObject({ type: "user.role_changed", causeKind: "ADMINISTRATOR" });
    expect(rolesChanged!.data.changed).toEqual({
      roles: { before: ["USER"], after: ["MANAGER", "USER"] },
    });
    expect(updated).toMatchObject({ type: "user.updated", causeKind: "ADMINISTRATOR" });
    expect(updated!.data.changed).toEqual({
      firstName: { before: "Ada", after: "Augusta" },
      fullName: { before: "Ada Lovelace", after: "Augusta Lovelace" },
      employeeId: { before: "4711", after: null },
    });
    expect((await auditOf(user.id)).slice(1)).toEqual([
      {
        action: "user.updated",
        before: expect.objectContaining({ firstName: "Ada", employeeId: "4711" }),
        after: expect.objectContaining({ firstName: "Augusta", employeeId: null }),
      },
      { action: "user.role_changed", before: { roles: ["USER"] }, after: { roles: ["MANAGER", "USER"] } },
    ]);
  });

  test("a change without a difference leaves version, log and audit log unchanged", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId);
    const after = await updateUser(house.store, OPERATOR, { id: user.id, firstName: "Ada", roleKeys: ["USER"] });
    expect(after.version).toBe(1);
    expect(await eventsOf(user.id)).toHaveLength(1);
    expect(await auditOf(user.id)).toHaveLength(1);
  });

  test("refuses a version that has changed", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId);
    const change = (firstName: string) =>
      codeOf(updateUser(house.store, OPERATOR, { id: user.id, expectedVersion: 1, firstName }));
    expect((await Promise.all([change("One"), change("Two"), change("Three")])).toSorted()).toEqual([
      "NONE",
      "VERSION_CONFLICT",
      "VERSION_CONFLICT",
    ]);
  });

  test("refuses a password account the address of a person with more permissions, who would be merged into it", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeUser(house, organizationId, { email: "chief@example.com", roleKeys: ["ADMIN"] });
    await signIn(id);
    const narrow = keyOf(organizationId, "USERS_WRITE");
    const named = { organizationId, email: "CHIEF@example.com", firstName: "C", lastName: "C" };
    const make = (caller: Caller) => codeOf(createUser(house.store, caller, { ...named, authMethod: "PASSWORD" }));
    expect(await make(narrow)).toBe("FORBIDDEN");
    const decoy = await makeUser(house, organizationId, { email: "decoy@example.com", authMethod: "PASSWORD" });
    const moved = updateUser(house.store, narrow, { id: decoy.id, email: "chief@example.com" });
    expect(await codeOf(moved)).toBe("FORBIDDEN");
    expect(await make(keyOf(organizationId, ...ALL_PERMISSIONS))).toBe("NONE");
    await makeUser(house, organizationId, { email: "plain@example.com" });
    const plain = { ...named, email: "plain@example.com", authMethod: "PASSWORD" as const };
    expect(await codeOf(createUser(house.store, narrow, plain))).toBe("NONE");
  });

  test("refuses an address that another account uses", async () => {
    const { id: organizationId } = await makeOrganization(house);
    await makeUser(house, organizationId, { email: "one@example.com" });
    const two = await makeUser(house, organizationId, { email: "two@example.com" });
    const login = await makeUser(house, organizationId, { email: "login@example.com", authMethod: "PASSWORD" });
    const other = await makeUser(house, organizationId, { email: "other@example.com", authMethod: "PASSWORD" });
    const move = (id: string, email: string) => codeOf(updateUser(house.store, OPERATOR, { id, email }));
    expect(await move(two.id, "ONE@example.com")).toBe("EMAIL_TAKEN");
    expect(await move(two.id, "TWO@example.com")).toBe("NONE");
    expect(await move(other.id, "Login@example.com")).toBe("EMAIL_TAKEN");
    expect(await move(login.id, "LOGIN@example.com")).toBe("NONE");
    await signIn(two.id);
    expect(await move(two.id, "one@example.com")).toBe("NONE");
  });

  test("of the address also has an event of its own, unless only the case of letters differs", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeUser(house, organizationId, { email: "before@example.com" });
    await updateUser(house.store, OPERATOR, { id, email: "Before@example.com" });
    await updateUser(house.store, OPERATOR, { id, email: "after@example.com", firstName: "Augusta" });
    const [, , updated, changed, ...others] = (await eventsOf(id)).map(({ type, data }) => ({
      type,
      changed: data.changed,
    }));
    const email = { before: "Before@example.com", after: "after@example.com" };
    expect(updated).toMatchObject({ type: "user.updated", changed: { email, firstName: { after: "Augusta" } } });
    expect(changed).toEqual({ type: "user.email_changed", changed: { email } });
    expect(others).toEqual([]);
  });

  test("refuses to give a role with permissions that the caller does not hold", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId);
    const key = keyOf(organizationId, "USERS_READ", "USERS_WRITE");
    const code = await codeOf(updateUser(house.store, key, { id: user.id, roleKeys: ["ADMIN"] }));
    expect(code).toBe("FORBIDDEN");
    expect(await eventsOf(user.id)).toHaveLength(1);
  });

  test("refuses a change of sign-in fields of an account with more permissions than the caller", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const boss = await makeUser(house, organizationId, { roleKeys: ["ADMIN"] });
    const key = keyOf(organizationId, "USERS_READ", "USERS_WRITE");
    for (const change of [{ email: "thief@example.com" }, { username: "thief" }, { employeeId: "666" }])
      expect(await codeOf(updateUser(house.store, key, { id: boss.id, ...change }))).toBe("FORBIDDEN");
    expect(await codeOf(updateUser(house.store, key, { id: boss.id, lastName: "King" }))).toBe("NONE");
  });

  test("keeps the last active administrator, also if two are demoted at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const one = await makeUser(house, organizationId, { email: "one@example.com", roleKeys: ["ADMIN"] });
    const two = await makeUser(house, organizationId, { email: "two@example.com", roleKeys: ["ADMIN"] });
    const demote = (id: string) => codeOf(updateUser(house.store, OPERATOR, { id, roleKeys: ["USER"] }));
    expect((await Promise.all([demote(one.id), demote(two.id)])).toSorted()).toEqual(["LAST_ADMINISTRATOR", "NONE"]);
  });

  test("requires at least one role", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId);
    expect(await codeOf(updateUser(house.store, OPERATOR, { id: user.id, roleKeys: [] }))).toBe("INVALID_INPUT");
  });
});

describe("scope", () => {
  test("callers of another organization cannot see or change a user", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: elsewhere } = await makeOrganization(house);
    const user = await makeUser(house, organizationId);
    const foreigner = personIn(elsewhere, "administrator");
    const person = { organizationId, email: "new@example.com", firstName: "N", lastName: "N" };
    expect(await codeOf(readUser(house.store, foreigner, user.id))).toBe("NOT_FOUND");
    expect(await codeOf(updateUser(house.store, foreigner, { id: user.id, firstName: "Eve" }))).toBe("NOT_FOUND");
    expect(await codeOf(createUser(house.store, foreigner, person))).toBe("NOT_FOUND");
    expect(await codeOf(readUser(house.store, ANONYMOUS, user.id))).toBe("UNAUTHENTICATED");
    const plain = personIn(organizationId, "plain", []);
    expect(await codeOf(readUser(house.store, plain, user.id))).toBe("FORBIDDEN");
    expect(await codeOf(updateUser(house.store, plain, { id: user.id, firstName: "Eve" }))).toBe("FORBIDDEN");
    expect(await codeOf(createUser(house.store, plain, person))).toBe("FORBIDDEN");
    expect(await eventsOf(user.id)).toHaveLength(1);
    expect((await readUser(house.store, OPERATOR, user.id)).firstName).toBe("Ada");
  });

  test("a guest shows the roles of the selected organization, and neither the home organization nor a way to change it", async () => {
    const { id: home } = await makeOrganization(house);
    const { id: here } = await makeOrganization(house);
    const user = await makeUser(house, home, { roleKeys: ["MANAGER"] });
    await house.inUnit(async (unit) => {
      await unit.execute("INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, ?)", [
        here,
        user.id,
        unit.now,
      ]);
    });
    const ADMIN = await house.database.reader.row<{ id: string }>(
      "SELECT id FROM role WHERE organization_id = ? AND role_key = 'ADMIN'",
      [here],
    );
    await house.inUnit((unit) =>
      unit.execute(
        "INSERT INTO membership_role (organization_id, user_id, role_id, source_kind, created_at) VALUES (?, ?, ?, ?, ?)",
        [here, user.id, ADMIN!.id, "ADMIN", unit.now],
      ),
    );
    const document = `query ($id: ID!, $here: ID!, $home: ID!) { user(id: $id) { role { key } roles { key } organization { id }
      here: role(organizationId: $here) { key } grants: roleGrants(organizationId: $here) { role { key } }
      atHome: membership(organizationId: $home) { role { key } }
      membership(organizationId: $here) { organization { id } role { key } roles { key } groups { id } } } }`;
    const variables = { id: user.id, here, home };
    const host = personIn(here, "administrator");
    const administrator = { key: "ADMIN" };
    const given = {
      here: administrator,
      grants: [{ role: administrator }],
      membership: { organization: { id: here }, role: administrator, roles: [administrator], groups: [] },
    };
    const withheld = { here: null, grants: [], membership: null };
    const seen = await house.ask(host, document, variables);
    expect(seen).toEqual({
      data: { user: { role: null, roles: [], organization: null, atHome: null, ...given } },
      codes: [],
      details: [],
    });
    expect(await codeOf(updateUser(house.store, host, { id: user.id, firstName: "Eve" }))).toBe("FORBIDDEN");
    const manager = { key: "MANAGER" };
    const own = { role: manager, roles: [manager], organization: { id: home }, atHome: { role: manager } };
    const atHome = await house.ask(personIn(home, "administrator"), document, variables);
    expect(atHome.data.user).toEqual({ ...own, ...withheld });
    for (const caller of [OPERATOR, personIn(home, user.id, ["USERS_READ"]), personIn(here, user.id, ["USERS_READ"])])
      expect((await house.ask(caller, document, variables)).data.user).toEqual({ ...own, ...given });
  });

  test("the default role cannot become one with permissions that the caller does not hold", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const key = keyOf(organizationId, "ORGANIZATION_WRITE");
    const set = (caller: typeof key, defaultRole: string) =>
      codeOf(updateOrganization(house.store, caller, organizationId, { policies: { defaultRole } }));
    expect(await set(key, "ADMIN")).toBe("FORBIDDEN");
    expect(await set(OPERATOR, "MANAGER")).toBe("NONE");
    // The policy gives the default role. A caller who adds people need not have its permissions.
    const adder = keyOf(organizationId, "USERS_WRITE");
    const person = { organizationId, email: "m@example.com", firstName: "M", lastName: "M" };
    const { id } = await createUser(house.store, adder, person);
    expect((await eventsOf(id))[0]!.data.user.roles).toEqual(["MANAGER"]);
  });
});
