/** What is decided about an arrival: a table of cases, and properties that hold for all of them. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { NormalizedProfile } from "../../src/connection/contract/index.js";
import {
  CONNECTION_POLICIES,
  DEFAULT_CONNECTION_POLICIES,
  type ConnectionPolicies,
} from "../../src/connection/stored/policies.js";
import { DEFAULT_ORGANIZATION_POLICIES, SSO_ENFORCEMENTS } from "../../src/people/organization/policies.js";
import { USER_STATUSES, type PersonFields, type User } from "../../src/people/user/user.js";
import { decide, type Decision, type Situation } from "../../src/provisioning/decide.js";

const MOMENT = new Date("2026-11-23T09:00:00.000Z");

const PROFILE: NormalizedProfile = {
  issuer: "https://id.example",
  subject: "ada-1",
  email: "ada@acme.example",
  emailVerified: true,
  username: "ada",
  firstName: "Ada",
  lastName: "Lovelace",
  fullName: null,
  employeeId: "1815",
  groups: { kind: "silent" },
  profile: {},
  attributes: {},
  authenticationMethods: [],
};

const USER: User = {
  id: "user-1",
  homeOrganizationId: "organization-1",
  email: "ada@acme.example",
  username: null,
  firstName: "Augusta",
  lastName: "Byron",
  fullName: "Augusta Byron",
  employeeId: null,
  status: "ACTIVE",
  authMethod: "SSO",
  firstSignedInAt: null,
  lastSignedInAt: null,
  version: 1,
  createdAt: MOMENT,
  updatedAt: MOMENT,
};

interface Changes {
  readonly profile?: Partial<NormalizedProfile>;
  readonly policies?: Partial<ConnectionPolicies>;
  readonly organization?: Partial<Situation["organization"]>;
  readonly active?: boolean;
  readonly known?: Partial<User>;
  readonly prepared?: readonly Partial<User>[];
  readonly addressOfAnotherSubject?: boolean;
}

function situation(changes: Changes = {}): Situation {
  return {
    arrival: {
      organizationId: "organization-1",
      connectionId: "connection-1",
      profile: { ...PROFILE, ...changes.profile },
    },
    organization: { ssoAllowed: true, policies: DEFAULT_ORGANIZATION_POLICIES, ...changes.organization },
    connection: {
      active: changes.active ?? true,
      policies: { ...DEFAULT_CONNECTION_POLICIES, ...changes.policies },
    },
    known: changes.known ? { identityId: "identity-1", user: { ...USER, ...changes.known } } : null,
    prepared: (changes.prepared ?? []).map((user, index) => ({ ...USER, id: `prepared-${index + 1}`, ...user })),
    addressOfAnotherSubject: changes.addressOfAnotherSubject ?? false,
  };
}

/** A decision in a few words: its kind, and the code or the user. */
function brief(decision: Decision): string {
  switch (decision.kind) {
    case "refuse":
      return decision.failure.code;
    case "create":
      return "create";
    case "link":
    case "update":
      return `${decision.kind} ${decision.user.id}`;
  }
}

const switchedOff = {
  ssoAllowed: true,
  policies: { ...DEFAULT_ORGANIZATION_POLICIES, ssoEnforcement: "OFF" },
} as const;
const required = {
  ssoAllowed: true,
  policies: { ...DEFAULT_ORGANIZATION_POLICIES, ssoEnforcement: "REQUIRED" },
} as const;

describe("deciding about an arrival", () => {
  it.each<[string, Changes, string]>([
    ["nobody known, names and address sent", {}, "create"],
    ["sign-in required", { organization: required }, "create"],
    ["an identity that is known", { known: {} }, "update user-1"],
    ["a known identity, another's address", { known: {}, addressOfAnotherSubject: true }, "update user-1"],
    ["a known identity, no address sent", { known: {}, profile: { email: null } }, "update user-1"],
    ["a known identity, no names sent", { known: {}, profile: { firstName: null, lastName: null } }, "update user-1"],
    [
      "a known identity, no just-in-time creation",
      { known: {}, policies: { jitProvisioning: false } },
      "update user-1",
    ],
    ["a known identity, another prepared account", { known: {}, prepared: [{}] }, "update user-1"],

    ["single sign-on not allowed", { organization: { ssoAllowed: false } }, "SSO_NOT_ALLOWED"],
    ["not allowed, even for who is known", { organization: { ssoAllowed: false }, known: {} }, "SSO_NOT_ALLOWED"],
    ["switched off by the organization", { organization: switchedOff, known: {} }, "SSO_SWITCHED_OFF"],
    ["connection not active", { active: false, known: {} }, "CONNECTION_NOT_ACTIVE"],

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
      "an address that is not verified never finds a prepared account",
      { prepared: [{}], profile: { emailVerified: false } },
      "create",
    ],
    [
      "nor does it under no just-in-time creation",
      { prepared: [{}], profile: { emailVerified: false }, policies: { jitProvisioning: false } },
      "NO_MATCHING_ACCOUNT",
    ],
    ["matchKey SUBJECT finds no prepared account", { prepared: [{}], policies: { matchKey: "SUBJECT" } }, "create"],
    ["two prepared accounts", { prepared: [{}, {}] }, "ACCOUNT_AMBIGUOUS"],
    [
      "two prepared accounts under matchKey SUBJECT",
      { prepared: [{}, {}], policies: { matchKey: "SUBJECT" } },
      "create",
    ],

    ["the address of another subject", { addressOfAnotherSubject: true }, "SUBJECT_CHANGED"],
    [
      "the address of another subject, and a prepared account",
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

    ["known and disabled", { known: { status: "DISABLED" } }, "ACCOUNT_DISABLED"],
    ["known and archived", { known: { status: "ARCHIVED" } }, "ACCOUNT_ARCHIVED"],
    ["known and waiting", { known: { status: "PENDING_APPROVAL" } }, "ACCOUNT_PENDING_APPROVAL"],
    ["prepared and disabled", { prepared: [{ status: "DISABLED" }] }, "ACCOUNT_DISABLED"],
    ["prepared and archived", { prepared: [{ status: "ARCHIVED" }] }, "ACCOUNT_ARCHIVED"],
    ["prepared and waiting", { prepared: [{ status: "PENDING_APPROVAL" }] }, "ACCOUNT_PENDING_APPROVAL"],
  ])("%s", (_name, changes, expected) => {
    expect(brief(decide(situation(changes)))).toBe(expected);
  });

  it("fills a new account from what was sent", () => {
    expect(decide(situation())).toEqual({
      kind: "create",
      fields: {
        email: "ada@acme.example",
        username: "ada",
        firstName: "Ada",
        lastName: "Lovelace",
        fullName: "Ada Lovelace",
        employeeId: "1815",
      },
    });
    expect(decide(situation({ profile: { fullName: "Countess of Lovelace" } }))).toMatchObject({
      fields: { fullName: "Countess of Lovelace" },
    });
  });

  it("fills what is missing from the address where the policy says so", () => {
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
    expect(decide(situation({ policies, profile: { ...nameless, firstName: "Ada" } }))).toMatchObject({
      fields: { firstName: "Ada", lastName: "ada@acme.example", fullName: "ada@acme.example" },
    });
    expect(decide(situation({ profile: { username: null } }))).toMatchObject({ fields: { username: null } });
  });

  it("says in a refusal's detail what an administrator needs", () => {
    const detailOf = (changes: Changes) => (decide(situation(changes)) as { detail: string | null }).detail;
    expect(detailOf({ profile: { firstName: null, lastName: null } })).toBe(
      "The provider sent no first name and no last name.",
    );
    expect(detailOf({ prepared: [{}, {}] })).toBe(
      "Accounts prepared-1 and prepared-2 were prepared for ada@acme.example.",
    );
    expect(detailOf({ policies: { jitProvisioning: false } })).toBe("Subject ada-1, address ada@acme.example.");
    expect(detailOf({ addressOfAnotherSubject: true })).toContain("this one is ada-1");
    expect(detailOf({ known: { status: "DISABLED" } })).toBe("User user-1.");
  });
});

const text = fc.constantFrom("", "a", "Ada", "b@acme.example");
const given = fc.option(fc.constantFrom("a", "Ada", "Lovelace", "b@acme.example"), { nil: null });
const userArbitrary: fc.Arbitrary<User> = fc.record({
  id: fc.constantFrom("user-1", "user-2", "user-3"),
  homeOrganizationId: fc.constant("organization-1"),
  email: fc.constantFrom("ada@acme.example", "b@acme.example"),
  username: fc.option(text, { nil: null }),
  firstName: text,
  lastName: text,
  fullName: text,
  employeeId: fc.option(text, { nil: null }),
  status: fc.constantFrom(...USER_STATUSES),
  authMethod: fc.constant("SSO" as const),
  firstSignedInAt: fc.constant(null),
  lastSignedInAt: fc.constant(null),
  version: fc.nat(9),
  createdAt: fc.constant(MOMENT),
  updatedAt: fc.constant(MOMENT),
});
const profileArbitrary: fc.Arbitrary<NormalizedProfile> = fc.record({
  issuer: fc.constant("https://id.example"),
  subject: fc.constantFrom("ada-1", "ada-2"),
  email: fc.option(fc.constantFrom("ada@acme.example", "b@acme.example"), { nil: null }),
  emailVerified: fc.constantFrom(true, false, null),
  username: given,
  firstName: given,
  lastName: given,
  fullName: given,
  employeeId: given,
  groups: fc.constant({ kind: "silent" } as const),
  profile: fc.constant({}),
  attributes: fc.constant({}),
  authenticationMethods: fc.constant([]),
});
/** Every policy that there is, with any of its values. */
const policiesArbitrary = fc.record(
  Object.fromEntries(
    Object.entries(CONNECTION_POLICIES).map(([name, { values }]) => [name, fc.constantFrom(...Object.keys(values))]),
  ),
) as unknown as fc.Arbitrary<ConnectionPolicies>;
const situationArbitrary: fc.Arbitrary<Situation> = fc.record({
  arrival: profileArbitrary.map((profile) => ({
    organizationId: "organization-1",
    connectionId: "connection-1",
    profile,
  })),
  organization: fc.record({
    ssoAllowed: fc.boolean(),
    policies: fc
      .constantFrom(...SSO_ENFORCEMENTS)
      .map((ssoEnforcement) => ({ ...DEFAULT_ORGANIZATION_POLICIES, ssoEnforcement })),
  }),
  connection: fc.record({ active: fc.boolean(), policies: policiesArbitrary }),
  known: fc.option(fc.record({ identityId: fc.constant("identity-1"), user: userArbitrary }), { nil: null }),
  prepared: fc.array(userArbitrary, { maxLength: 2 }),
  addressOfAnotherSubject: fc.boolean(),
});

/** The user as the decision leaves it, where it lets somebody in. */
function carryOut(decision: Decision): User | null {
  switch (decision.kind) {
    case "refuse":
      return null;
    case "create":
      return { ...USER, ...(decision.fields as PersonFields) };
    case "link":
    case "update":
      return { ...decision.user, ...(decision.fields as PersonFields) };
  }
}

const check = (property: (given: Situation) => void) =>
  fc.assert(fc.property(situationArbitrary, property), { numRuns: 3_000 });

describe("whatever the situation", () => {
  it("deciding again about the same arrival changes nothing", () => {
    check((given) => {
      const user = carryOut(decide(given));
      if (user === null) return;
      const again = decide({ ...given, known: { identityId: "identity-1", user }, prepared: [] });
      expect(again.kind).toBe("update");
      expect(carryOut(again)).toEqual(user);
    });
  });

  it("deciding changes nothing that it was given, and depends on nothing else", () => {
    check((given) => {
      const before = structuredClone(given);
      const first = decide(given);
      expect(given).toEqual(before);
      expect(decide(structuredClone(given))).toEqual(first);
    });
  });

  it("FIRST_VALUE never overwrites", () => {
    check((given) => {
      const policies = { ...given.connection.policies, profileUpdate: "FIRST_VALUE" as const };
      const decision = decide({ ...given, connection: { ...given.connection, policies } });
      if (decision.kind !== "link" && decision.kind !== "update") return;
      for (const field of Object.keys(decision.fields) as (keyof PersonFields)[])
        expect(decision.user[field] ?? "").toBe("");
    });
  });

  it("a field that the provider does not send stays, and is never emptied", () => {
    check((given) => {
      const decision = decide(given);
      if (decision.kind === "refuse" || decision.kind === "create") return;
      const { profile } = given.arrival;
      for (const [field, value] of Object.entries(decision.fields)) {
        expect(value).not.toBeNull();
        if (field !== "fullName") expect(profile[field as "email"]).toBe(value);
      }
    });
  });

  it("for who is known, the identity alone decides who it is", () => {
    check((given) => {
      if (given.known === null) return;
      const decision = decide(given);
      expect(decide({ ...given, prepared: [], addressOfAnotherSubject: false })).toEqual(decision);
      expect(decide({ ...given, prepared: [USER, USER], addressOfAnotherSubject: true })).toEqual(decision);
      expect(["update", "refuse"]).toContain(decision.kind);
      if (decision.kind === "update") expect(decision.user).toBe(given.known.user);
    });
  });

  it("whether somebody is refused does not depend on names, and on policies for new accounts, once they are known", () => {
    fc.assert(
      fc.property(situationArbitrary, profileArbitrary, (given, other) => {
        if (given.known === null) return;
        const decision = decide(given);
        const changed = decide({
          ...given,
          arrival: { ...given.arrival, profile: other },
          connection: {
            ...given.connection,
            policies: {
              ...given.connection.policies,
              jitProvisioning: false,
              missingName: "REJECT",
              matchKey: "SUBJECT",
            },
          },
        });
        expect(brief(changed)).toBe(brief(decision));
      }),
      { numRuns: 3_000 },
    );
  });

  it("nobody gets in where sign-on is not allowed, switched off or the connection is not active, nor into an account that is not in force", () => {
    check((given) => {
      const decision = decide(given);
      if (decision.kind === "refuse") return;
      expect(given.organization.ssoAllowed && given.connection.active).toBe(true);
      expect(given.organization.policies.ssoEnforcement).not.toBe("OFF");
      if (decision.kind !== "create") expect(["ACTIVE", "INVITED"]).toContain(decision.user.status);
    });
  });

  it("a new account has an address and both names", () => {
    check((given) => {
      const decision = decide(given);
      if (decision.kind !== "create") return;
      const { email, firstName, lastName, fullName } = decision.fields;
      for (const value of [email, firstName, lastName, fullName]) expect(value).not.toBe("");
      expect(given.connection.policies.jitProvisioning).toBe(true);
    });
  });

  it("an address that is not verified joins no account", () => {
    check((given) => {
      const { profile } = given.arrival;
      const decision = decide({
        ...given,
        known: null,
        arrival: { ...given.arrival, profile: { ...profile, emailVerified: false } },
      });
      expect(decision.kind).not.toBe("link");
    });
  });
});
