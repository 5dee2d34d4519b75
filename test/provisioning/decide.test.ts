/** Decisions about verified people: a table of cases, and properties that hold for all situations. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { NormalizedProfile } from "../../src/connection/contract/index.js";
import {
  decide,
  type Situation,
  brief,
  carryOut,
  profileArbitrary,
  situation,
  situationArbitrary,
  USER,
  userOf,
  type Changes,
} from "./situations.js";
import { times } from "../../testing/long.js";

describe("deciding about a verified person", () => {
  it.each<[string, Changes, string]>([
    ["an unknown person, names and address sent", {}, "create"],
    ["sign-in required", { organizationPolicies: { ssoEnforcement: "REQUIRED" } }, "create"],
    ["a known identity", { own: {} }, "update user-1"],
    ["a known identity, the address of another account", { own: {}, addressOfAnotherSubject: true }, "update user-1"],
    ["a known identity, no address sent", { own: {}, profile: { email: null } }, "update user-1"],
    ["a known identity, no names sent", { own: {}, profile: { firstName: null, lastName: null } }, "update user-1"],
    ["a known identity, no just-in-time creation", { own: {}, policies: { jitProvisioning: false } }, "update user-1"],
    ["a known identity, and a prepared account", { own: {}, prepared: [{}] }, "update user-1"],

    ["switched off for the whole system", { installation: { ssoAllowed: false }, own: {} }, "SSO_SYSTEM_OFF"],
    ["not in the organization's plan", { organization: { ssoEntitled: false }, own: {} }, "SSO_NOT_IN_PLAN"],
    ["single sign-on not allowed", { organization: { ssoAllowed: false } }, "SSO_NOT_ALLOWED"],
    ["not allowed, for a known person", { organization: { ssoAllowed: false }, own: {} }, "SSO_NOT_ALLOWED"],
    [
      "switched off by the organization",
      { organizationPolicies: { ssoEnforcement: "OFF" }, own: {} },
      "SSO_SWITCHED_OFF",
    ],
    ["connection not active", { active: false, own: {} }, "CONNECTION_NOT_ACTIVE"],

    ["a prepared account", { prepared: [{}] }, "link prepared-1"],
    [
      "a prepared account, the provider silent about the address",
      { prepared: [{}], profile: { emailVerified: null } },
      "link prepared-1",
    ],
    ["a prepared account, names not sent", { prepared: [{}], profile: { firstName: null } }, "link prepared-1"],
    [
      "a prepared account, no just-in-time creation",
      { prepared: [{}], policies: { jitProvisioning: false } },
      "link prepared-1",
    ],
    ["a prepared account that was invited", { prepared: [{ status: "INVITED" }] }, "link prepared-1"],
    [
      "an invited person, the plan full",
      {
        prepared: [{ status: "INVITED" }],
        organizationPolicies: { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" },
        seats: { totalSeats: 1, seatsInUse: 1 },
      },
      "SEATS_FULL",
    ],
    [
      "an invited person, the plan full of training",
      {
        prepared: [{ status: "INVITED" }],
        organizationPolicies: { seatModel: "TRAINING_START", seatsFull: "DENY_PROVISIONING" },
        seats: { totalSeats: 1, seatsInUse: 1 },
      },
      "link prepared-1",
    ],
    [
      "an active person, the plan full",
      {
        own: {},
        organizationPolicies: { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" },
        seats: { totalSeats: 1, seatsInUse: 1 },
      },
      "update user-1",
    ],
    [
      "an unverified address never finds a prepared account",
      { prepared: [{}], profile: { emailVerified: false } },
      "create",
    ],
    [
      "an unverified address, a prepared account, no just-in-time creation",
      { prepared: [{}], profile: { emailVerified: false }, policies: { jitProvisioning: false } },
      "NO_MATCHING_ACCOUNT",
    ],
    ["two prepared accounts", { prepared: [{}, {}] }, "ACCOUNT_AMBIGUOUS"],

    [
      "the same subject under a different issuer",
      { addressOfAnotherSubject: true, formerIssuer: { issuer: "https://old.example.com", changedAt: null } },
      "ISSUER_CHANGED",
    ],
    ["the address of a different subject", { addressOfAnotherSubject: true }, "SUBJECT_CHANGED"],
    [
      "the address of a different subject, and a prepared account",
      { addressOfAnotherSubject: true, prepared: [{}] },
      "SUBJECT_CHANGED",
    ],

    ["no just-in-time creation", { policies: { jitProvisioning: false } }, "NO_MATCHING_ACCOUNT"],
    [
      "no just-in-time creation, no address",
      { policies: { jitProvisioning: false }, profile: { email: null } },
      "NO_MATCHING_ACCOUNT",
    ],
    ["no address", { profile: { email: null } }, "EMAIL_MISSING"],
    [
      "no address, names from the address",
      { profile: { email: null }, policies: { missingName: "USE_EMAIL" } },
      "EMAIL_MISSING",
    ],
    ["no first name", { profile: { firstName: null } }, "NAME_MISSING"],
    ["no last name", { profile: { lastName: null } }, "NAME_MISSING"],
    [
      "no names, but they are filled",
      { profile: { firstName: null, lastName: null }, policies: { missingName: "USE_EMAIL" } },
      "create",
    ],

    ["known and disabled", { own: { status: "DISABLED" } }, "ACCOUNT_DISABLED"],
    ["known and archived", { own: { status: "ARCHIVED" } }, "ACCOUNT_ARCHIVED"],
    ["known and pending", { own: { status: "PENDING_APPROVAL" } }, "ACCOUNT_PENDING_APPROVAL"],
    ["prepared and disabled", { prepared: [{ status: "DISABLED" }] }, "ACCOUNT_DISABLED"],
    ["prepared and archived", { prepared: [{ status: "ARCHIVED" }] }, "ACCOUNT_ARCHIVED"],
    ["prepared and pending", { prepared: [{ status: "PENDING_APPROVAL" }] }, "ACCOUNT_PENDING_APPROVAL"],
  ])("%s", (_name, changes, expected) => {
    expect(brief(decide(situation(changes)))).toBe(expected);
  });

  it("fills a new account from what the provider sent", () => {
    expect(decide(situation())).toEqual({
      kind: "create",
      status: "ACTIVE",
      ended: null,
      fields: {
        email: "ada@acme.example",
        username: "ada",
        firstName: "Ada",
        lastName: "Lovelace",
        employeeId: "1815",
      },
      roles: { kind: "assign", roles: [{ roleId: "role-user", by: "DEFAULT", mappingId: null }] },
      groups: { kind: "change", give: [], take: [] },
      acceptsInvitation: false,
      takesSeat: false,
    });
    expect(decide(situation({ profile: { fullName: "Countess of Lovelace" } }))).toMatchObject({
      fields: { fullName: "Countess of Lovelace" },
    });
  });

  it("fills missing names from the address under USE_EMAIL", () => {
    const policies = { missingName: "USE_EMAIL" } as const;
    const nameless = { username: null, firstName: null, lastName: null, employeeId: null };
    expect(decide(situation({ policies, profile: nameless }))).toMatchObject({
      fields: {
        username: "ada@acme.example",
        firstName: "ada@acme.example",
        lastName: "ada@acme.example",
        fullName: "ada@acme.example",
      },
    });
    expect(decide(situation({ profile: { username: null } }))).not.toHaveProperty("fields.username");
    expect(decide(situation({ policies, profile: { username: null } }))).toMatchObject({
      fields: { username: "ada@acme.example", firstName: "Ada", lastName: "Lovelace" },
    });
    expect(decide(situation({ policies }))).not.toHaveProperty("fields.fullName");
  });

  it.each<[string, Partial<NormalizedProfile>, readonly [first: string, last: string, full: string]]>([
    ["a name of two words", { fullName: "Ada Lovelace" }, ["Ada", "Lovelace", "Ada Lovelace"]],
    ["a name of three", { fullName: "Ada King Lovelace" }, ["Ada King", "Lovelace", "Ada King Lovelace"]],
    ["a name with a comma", { fullName: "King Lovelace, Ada" }, ["Ada", "King Lovelace", "King Lovelace, Ada"]],
    ["a name of one word", { fullName: "Ada" }, ["Ada", "Ada", "Ada"]],
    [
      "a name and its beginning",
      { fullName: "Ada King Lovelace", firstName: "Ada" },
      ["Ada", "King Lovelace", "Ada King Lovelace"],
    ],
    [
      "a name and its end",
      { fullName: "Ada King Lovelace", lastName: "King Lovelace" },
      ["Ada", "King Lovelace", "Ada King Lovelace"],
    ],
    [
      "a name and one that is not part of it",
      { fullName: "Countess Lovelace", firstName: "Ada" },
      ["Ada", "Lovelace", "Countess Lovelace"],
    ],
    ["only a first name", { firstName: "Ada" }, ["Ada", "Ada", "Ada"]],
    ["only a last name", { lastName: "Lovelace" }, ["Lovelace", "Lovelace", "Lovelace"]],
  ])("fills names from %s before the address", (_name, sent, [firstName, lastName, fullName]) => {
    const profile = { firstName: null, lastName: null, username: null, ...sent };
    expect(decide(situation({ policies: { missingName: "USE_EMAIL" }, profile }))).toMatchObject({
      fields: { firstName, lastName, fullName, username: "ada@acme.example" },
    });
    expect(brief(decide(situation({ profile })))).toBe("NAME_MISSING");
  });

  it("completes a prepared account at its first sign-in with fields that it lacks", () => {
    const prepared = [{ firstName: "Augusta", lastName: "Byron", fullName: "Augusta Byron" }];
    const nameless = { username: null, firstName: null, lastName: null };
    const fieldsOf = (filled: readonly string[], profile: Partial<NormalizedProfile>, changes: Changes = {}) =>
      (
        decide(
          situation({
            policies: { missingName: "USE_EMAIL" },
            prepared,
            profile: { ...nameless, ...profile },
            currentAccess: { "prepared-1": { filled: new Set(["email", "firstName", "lastName", ...filled]) } },
            ...changes,
          }),
        ) as { fields: object }
      ).fields;
    const address = "ada@acme.example";
    expect(fieldsOf([], {})).toEqual({ email: address, employeeId: "1815", username: address, fullName: address });
    expect(fieldsOf(["username", "fullName"], {})).toEqual({ email: address, employeeId: "1815" });
    expect(fieldsOf([], { fullName: "Ada Lovelace", username: "ada" })).toMatchObject({
      username: "ada",
      fullName: "Ada Lovelace",
    });
    // The full name is derived from the names, as in any account.
    expect(fieldsOf([], { firstName: "Ada" })).toEqual({
      email: address,
      employeeId: "1815",
      firstName: "Ada",
      username: address,
    });
    expect(fieldsOf([], {}, { policies: { missingName: "REJECT" } })).not.toHaveProperty("username");
    const known = { own: {}, prepared: [], currentAccess: {} };
    expect(fieldsOf([], {}, known)).not.toHaveProperty("username");
  });

  it("replaces a substitute full name when the provider sends both names", () => {
    for (const own of [
      { fullName: "ada@acme.example" },
      { firstName: "Augusta", lastName: "Augusta", fullName: "Augusta" },
    ])
      expect(decide(situation({ own }))).toMatchObject({ fields: { fullName: "Ada Lovelace" } });
    // An administrator may have chosen this full name.
    expect(decide(situation({ own: { fullName: "Augusta" } }))).not.toHaveProperty("fields.fullName");
    expect(decide(situation({ own: {} }))).not.toHaveProperty("fields.fullName");
  });

  it("says in a refusal's detail what an administrator needs", () => {
    const detailOf = (changes: Changes) => (decide(situation(changes)) as { detail: string | null }).detail;
    const attributes = { sub: ["ada-1"], mail_nickname: ["ada"] };
    expect(detailOf({ profile: { firstName: null, lastName: null, attributes } })).toBe(
      "The provider sent no first name and no last name. It sent the claims sub, mail_nickname.",
    );
    expect(detailOf({ profile: { email: null, attributes } })).toBe(
      "The provider sent no address. It sent the claims sub, mail_nickname.",
    );
    expect(detailOf({ profile: { email: null, attributes: {} } })).toBe(
      "The provider sent no address. It sent no other claims about the person.",
    );
    const many = Object.fromEntries(Array.from({ length: 42 }, (_, index) => [`c${index}`, ["x"]]));
    expect(detailOf({ profile: { email: null, attributes: many } })).toMatch(/ c38, c39 and 2 more\.$/);
    expect(detailOf({ prepared: [{}, {}] })).toBe("Accounts prepared-1 and prepared-2 were prepared for this person.");
    expect(detailOf({ policies: { jitProvisioning: false } })).toBe("Subject ada-1, address ada@acme.example.");
    expect(detailOf({ addressOfAnotherSubject: true })).toContain("this one is ada-1");
    const former = { issuer: "https://old.example.com", changedAt: new Date("2026-11-23T09:00:00.000Z") };
    expect(detailOf({ formerIssuer: former })).toBe(
      "The subject ada-1 is linked under the issuer https://old.example.com; the connection's issuer was changed to https://id.example on 2026-11-23T09:00:00.000Z.",
    );
    expect(detailOf({ formerIssuer: { ...former, changedAt: null } })).toBe(
      "The subject ada-1 is linked under the issuer https://old.example.com; this sign-in came from https://id.example.",
    );
    expect(detailOf({ own: { status: "DISABLED" } })).toBe("User user-1.");
  });
});

const check = (property: (given: Situation) => void) =>
  fc.assert(fc.property(situationArbitrary, property), { numRuns: times(1_500) });

describe("in every situation", () => {
  it("deciding does not change its argument, and depends only on it", () => {
    check((given) => {
      const before = structuredClone(given);
      const first = decide(given);
      expect(given).toEqual(before);
      expect(decide(structuredClone(given))).toEqual(first);
    });
  });

  it("deciding again after the decision is applied changes no field", () => {
    check((given) => {
      const after = carryOut(given, decide(given));
      if (after === null) return;
      const again = decide(after);
      if (again.kind !== "update") return;
      const fields = Object.entries(again.fields);
      expect(fields.filter(([field, value]) => field in USER && value !== again.user[field as "email"])).toEqual([]);
    });
  });

  it("FIRST_VALUE never overwrites", () => {
    check((given) => {
      const policies = { ...given.connection.policies, profileUpdate: "FIRST_VALUE" as const };
      const decision = decide({ ...given, connection: { ...given.connection, policies } });
      const user = userOf(decision);
      if (user === null || !("fields" in decision)) return;
      for (const field of Object.keys(decision.fields))
        expect(given.currentAccess.get(user.id)?.filled.has(field)).toBe(false);
    });
  });

  it("a field that the provider does not send keeps its value", () => {
    check((given) => {
      const decision = decide(given);
      if (!("fields" in decision)) return;
      for (const value of Object.values(decision.fields)) expect(value).toMatch(/./);
      if (decision.kind === "create" || given.connection.mappings.attributes.length > 0) return;
      const { profile } = given.person;
      const sent = { ...profile, ...profile.profile } as Readonly<Record<string, unknown>>;
      const { id } = userOf(decision) ?? { id: "" };
      // Under USE_EMAIL the first sign-in fills the missing names of a prepared account.
      const isCompleted =
        given.connection.policies.missingName === "USE_EMAIL" && given.account.prepared.some((each) => each.id === id);
      for (const [field, value] of Object.entries(decision.fields)) {
        if (field === "fullName") continue;
        if (isCompleted && ["username", "firstName", "lastName"].includes(field) && sent[field] == null)
          expect(given.currentAccess.get(id)?.filled.has(field)).toBe(false);
        else expect(sent[field]).toBe(value);
      }
    });
  });

  it("for a known person and a connection that does not merge, the identity alone decides the account", () => {
    check((given) => {
      const { own } = given.account;
      if (own === null || given.connection.policies.accountLinking === "MERGE_BY_EMAIL") return;
      const decision = decide(given);
      const others = { prepared: [USER, USER], candidates: [], addressOfAnotherSubject: true };
      expect(decide({ ...given, account: { ...given.account, ...others } })).toEqual(decision);
      expect(["update", "refuse"]).toContain(decision.kind);
      if (decision.kind === "update") expect(decision.user).toBe(own.user);
    });
  });

  it("whether a known person is refused does not depend on names or on policies for new accounts", () => {
    fc.assert(
      fc.property(situationArbitrary, profileArbitrary, (given, { firstName, lastName, fullName, username }) => {
        const policies = { ...given.connection.policies, accountLinking: "NONE" as const };
        const before = { ...given, connection: { ...given.connection, policies } };
        if (before.account.own === null) return;
        const profile = { ...given.person.profile, firstName, lastName, fullName, username };
        const forNew = { jitProvisioning: false, missingName: "REJECT", matchKey: "SUBJECT" } as const;
        const after = {
          ...before,
          person: { ...given.person, profile },
          connection: { ...before.connection, policies: { ...policies, ...forNew } },
        };
        expect(brief(decide(after))).toBe(brief(decide(before)));
      }),
      { numRuns: times(1_500) },
    );
  });

  it("refuses everyone while single sign-on is not allowed or switched off, the connection is not active, or the account is not active", () => {
    check((given) => {
      const decision = decide(given);
      if (decision.kind === "refuse") return;
      const { installation, organization, connection } = given;
      expect(installation.ssoAllowed && organization.ssoAllowed && organization.ssoEntitled).toBe(true);
      expect(connection.active).toBe(true);
      expect(organization.policies.ssoEnforcement).not.toBe("OFF");
      const user = userOf(decision);
      if (user !== null) expect(["ACTIVE", "INVITED"]).toContain(user.status);
    });
  });

  it("a new account has an address and both names", () => {
    check((given) => {
      const decision = decide(given);
      if (decision.kind !== "create") return;
      const { email, firstName, lastName } = decision.fields;
      for (const value of [email, firstName, lastName]) expect(value).toMatch(/./);
      expect(given.connection.policies.jitProvisioning).toBe(true);
    });
  });

  it("an unverified address is never merged with an account", () => {
    check((given) => {
      const profile = { ...given.person.profile, emailVerified: false };
      const decision = decide({
        ...given,
        person: { ...given.person, profile },
        connection: { ...given.connection, policies: { ...given.connection.policies, matchKey: "EMAIL" } },
      });
      expect(["link", "merge"]).not.toContain(decision.kind);
    });
  });
});
