/** Whose account an arrival is about, where accounts may be joined: cases, and what holds for all of them. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decide, type Situation } from "../../src/provisioning/decide.js";
import { brief, carryOut, situation, situationArbitrary, userOf, type Changes } from "./situations.js";

const merging = { accountLinking: "MERGE_BY_EMAIL" } as const;
const asking = { accountLinking: "ADMIN_LINK" } as const;
const silent = { emailVerified: null } as const;
const unverified = { emailVerified: false } as const;

const outcomeOf = (changes: Changes) => brief(decide(situation(changes)));

describe("joining by address", () => {
  it.each<[string, Changes, string]>([
    ["off: an account with the address is none of its business", { candidates: [{}] }, "create"],
    ["on: nobody has the address", { policies: merging }, "create"],
    ["on: a password account has it", { policies: merging, candidates: [{}] }, "merge candidate-1"],
    [
      "on: an account of another connection has it",
      { policies: merging, candidates: [{ authMethod: "SSO" }] },
      "merge candidate-1",
    ],
    [
      "on: a password account comes before others",
      { policies: merging, candidates: [{ authMethod: "SSO" }, { authMethod: "SSO" }, { authMethod: "PASSWORD" }] },
      "merge candidate-3",
    ],
    [
      "on: two accounts of other connections",
      { policies: merging, candidates: [{ authMethod: "SSO" }, { authMethod: "SSO" }] },
      "ACCOUNT_AMBIGUOUS",
    ],
    ["on: two password accounts", { policies: merging, candidates: [{}, {}] }, "ACCOUNT_AMBIGUOUS"],
    ["on: an operator's account", { policies: merging, candidates: [{ operator: true }] }, "create"],
    [
      "on: an operator's account and another",
      { policies: merging, candidates: [{ operator: true }, {}] },
      "merge candidate-2",
    ],
    ["on: a disabled account", { policies: merging, candidates: [{ status: "DISABLED" }] }, "ACCOUNT_DISABLED"],
    ["on: an archived account", { policies: merging, candidates: [{ status: "ARCHIVED" }] }, "ACCOUNT_ARCHIVED"],
    [
      "on: no just-in-time creation",
      { policies: { ...merging, jitProvisioning: false }, candidates: [{}] },
      "merge candidate-1",
    ],
    ["on: a prepared account comes first", { policies: merging, candidates: [{}], prepared: [{}] }, "link prepared-1"],
    [
      "on: another subject has the address",
      { policies: merging, candidates: [{}], addressOfAnotherSubject: true },
      "SUBJECT_CHANGED",
    ],

    [
      "on: an account whose own address another provider calls not verified",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [{ emailVerified: false }] }], domainProved: true },
      "create",
    ],
    [
      "on: an account of whose address another provider says nothing",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [{ emailVerified: null }] }] },
      "create",
    ],
    [
      "on: an account of whose address another provider says nothing, the domain proved",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [{ emailVerified: null }] }], domainProved: true },
      "merge candidate-1",
    ],
    [
      "on: an account of whose address another provider says nothing, where that connection asks for nothing",
      {
        policies: merging,
        candidates: [{ authMethod: "SSO", links: [{ emailVerified: null, requireVerifiedEmail: false }] }],
      },
      "merge candidate-1",
    ],
    [
      "on: an account that somebody enters by a verified address, and somebody by an unverified one",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [{}, { emailVerified: false }] }] },
      "create",
    ],
    [
      "on: an account of a connection that does not merge",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [{ accountLinking: "ADMIN_LINK" }] }] },
      "create",
    ],
    [
      "on: an account of this connection",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [{ here: true }] }] },
      "create",
    ],
    [
      "on: an account to which no provider sends the address any more",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [] }] },
      "create",
    ],
    [
      "on: an account that somebody squats stands in nobody's way",
      {
        policies: merging,
        candidates: [{ authMethod: "SSO", links: [{ emailVerified: null }] }, { authMethod: "SSO" }],
      },
      "merge candidate-2",
    ],
    [
      "on: a password account that a provider gave the address, which it calls not verified",
      { policies: merging, candidates: [{ addressFromProvider: true, links: [{ emailVerified: false }] }] },
      "create",
    ],
    [
      "on: a password account that a provider gave the address, verified",
      { policies: merging, candidates: [{ addressFromProvider: true, links: [{}] }] },
      "merge candidate-1",
    ],
    [
      "on: a password account that a mapped claim gave the address",
      { policies: merging, candidates: [{ addressFromProvider: true, links: [] }] },
      "create",
    ],

    ["silent, the domain not proved", { policies: merging, candidates: [{}], profile: silent }, "create"],
    [
      "silent, the domain proved",
      { policies: merging, candidates: [{}], profile: silent, domainProved: true },
      "merge candidate-1",
    ],
    [
      "silent, but nothing is asked for",
      { policies: { ...merging, requireVerifiedEmail: false }, candidates: [{}], profile: silent },
      "merge candidate-1",
    ],
    ["not verified", { policies: merging, candidates: [{}], profile: unverified }, "create"],
    [
      "not verified, the domain proved",
      { policies: merging, candidates: [{}], profile: unverified, domainProved: true },
      "create",
    ],
    [
      "not verified, though nothing is asked for",
      { policies: { ...merging, requireVerifiedEmail: false }, candidates: [{}], profile: unverified },
      "create",
    ],

    [
      "an account of one's own, joined to another",
      { policies: merging, own: {}, candidates: [{}] },
      "merge candidate-1",
    ],
    [
      "an account of one's own that has the address itself",
      { policies: merging, own: {}, candidates: [{ id: "user-1" }] },
      "update user-1",
    ],
    ["an account of one's own, two others", { policies: merging, own: {}, candidates: [{}, {}] }, "update user-1"],
    [
      "an account of one's own, an operator's",
      { policies: merging, own: {}, candidates: [{ operator: true }] },
      "update user-1",
    ],
    [
      "an account of one's own, not verified",
      { policies: merging, own: {}, candidates: [{}], profile: unverified },
      "update user-1",
    ],
    [
      "an account of one's own whose address changed at the provider",
      { policies: merging, own: {}, candidates: [{}], ownAddressKept: false },
      "update user-1",
    ],
    [
      "an account of one's own, and another subject with the address",
      { policies: merging, own: {}, candidates: [{}], addressOfAnotherSubject: true },
      "update user-1",
    ],
    ["an account of one's own, off", { own: {}, candidates: [{}] }, "update user-1"],

    ["joined before", { policies: merging, merged: {} }, "update user-2"],
    ["joined before, with an account of one's own", { policies: merging, merged: {}, own: {} }, "update user-2"],
    [
      "joined before, the address in other letters",
      { policies: merging, merged: {}, profile: { email: "ADA@acme.example" } },
      "update user-2",
    ],
    ["joined before, no address sent", { policies: merging, merged: {}, profile: { email: null } }, "update user-2"],
    [
      "joined before to somebody who runs the installation now",
      { policies: merging, merged: { operator: true }, candidates: [{}] },
      "create",
    ],
    [
      "joined before to somebody who runs the installation now, with an account of one's own",
      { policies: merging, merged: { operator: true }, own: {} },
      "update user-1",
    ],
    ["joined before, off", { merged: {} }, "create"],
    ["joined before, off, with an account of one's own", { merged: {}, own: {} }, "update user-1"],
    ["joined before, now on request", { policies: asking, merged: {} }, "create"],
    [
      "joined before under another address",
      { policies: merging, merged: { emailKey: "b@acme.example" }, candidates: [{}] },
      "create, retire identity-merged",
    ],
    [
      "joined before under another address, with an account of one's own",
      { policies: merging, merged: { emailKey: "b@acme.example" }, own: {}, candidates: [{}] },
      "update user-1",
    ],
    [
      "joined before, disabled since",
      { policies: merging, merged: { status: "DISABLED" }, own: {} },
      "ACCOUNT_DISABLED",
    ],

    ["on request: nobody has the address", { policies: asking }, "create"],
    ["on request: somebody has it", { policies: asking, candidates: [{}] }, "ask candidate-1"],
    ["on request: silent", { policies: asking, candidates: [{}], profile: silent }, "ask candidate-1"],
    ["on request: not verified", { policies: asking, candidates: [{}], profile: unverified }, "create"],
    ["on request: asked already", { policies: asking, candidates: [{}], linkRequest: "PENDING" }, "LINK_PENDING"],
    ["on request: rejected", { policies: asking, candidates: [{}], linkRequest: "REJECTED" }, "create"],
    ["on request: an operator's", { policies: asking, candidates: [{ operator: true }] }, "create"],
    [
      "on request: a password account before others",
      { policies: asking, candidates: [{ authMethod: "SSO" }, {}] },
      "ask candidate-2",
    ],
    ["on request: an account of one's own", { policies: asking, own: {}, candidates: [{}] }, "update user-1"],
  ])("%s", (_name, changes, expected) => {
    expect(outcomeOf(changes)).toBe(expected);
  });

  it("asks with the sentence that the person is to see", () => {
    expect(decide(situation({ policies: asking, candidates: [{}] }))).toMatchObject({
      user: { id: "candidate-1" },
      refusal: {
        failure: { code: "LINK_PENDING" },
        detail: "An administrator decides about joining user candidate-1.",
      },
    });
  });

  it("keeps the address of a link where none is sent", () => {
    const keyAfter = (changes: Changes) => (decide(situation(changes)) as { emailKey?: string | null }).emailKey;
    expect(keyAfter({ own: {}, profile: { email: null } })).toBe("ada@acme.example");
    expect(keyAfter({ own: {}, profile: { email: "Grace@acme.example" } })).toBe("grace@acme.example");
    expect(keyAfter({ own: { emailKey: null }, profile: { email: null } })).toBeNull();
  });
});

/** People arrive whom nothing but whose account it is can stop. */
const openSituation: fc.Arbitrary<Situation> = situationArbitrary.map((given) => ({
  ...given,
  installation: { ssoAllowed: true },
  organization: {
    ...given.organization,
    ssoAllowed: true,
    ssoEntitled: true,
    policies: { ...given.organization.policies, ssoEnforcement: "OPTIONAL" },
  },
  connection: { ...given.connection, active: true },
}));
const check = (property: (given: Situation) => void) =>
  fc.assert(fc.property(openSituation, property), { numRuns: 1_500 });
const withLinking = (given: Situation, accountLinking: "NONE" | "MERGE_BY_EMAIL" | "ADMIN_LINK"): Situation => ({
  ...given,
  connection: { ...given.connection, policies: { ...given.connection.policies, accountLinking } },
});
const withProfile = (given: Situation, profile: Partial<Situation["arrival"]["profile"]>): Situation => ({
  ...given,
  arrival: { ...given.arrival, profile: { ...given.arrival.profile, ...profile } },
});

describe("whatever the situation", () => {
  it("an operator is never joined, nor asked about, nor reached by a link that merging made", () => {
    check((given) => {
      const decision = decide(given);
      if (given.account.merged?.operator === true && decision.kind === "update")
        expect(decision.identityId).toBe("identity-own");
      if (decision.kind === "merge") expect(decision.candidate.operator).toBe(false);
      if (decision.kind === "ask")
        expect(given.account.candidates.some(({ user, operator }) => user.id === decision.user.id && !operator)).toBe(
          true,
        );
    });
  });

  it("merging joins candidates alone, one that is not the person's own, by a proved address that nobody else has", () => {
    check((given) => {
      const decision = decide(given);
      if (decision.kind !== "merge") return;
      const { account, arrival, connection } = given;
      expect(connection.policies.accountLinking).toBe("MERGE_BY_EMAIL");
      expect(account.candidates).toContain(decision.candidate);
      expect(decision.candidate.user.id).not.toBe(account.own?.user.id);
      expect(account.merged).toBeNull();
      expect(account.addressOfAnotherSubject).toBe(false);
      const { emailVerified } = arrival.profile;
      expect(emailVerified).not.toBe(false);
      if (connection.policies.requireVerifiedEmail) expect(emailVerified === true || account.domainProved).toBe(true);
    });
  });

  it("merging joins nobody to an account that somebody else may have entered by an address that is not theirs", () => {
    check((given) => {
      const decision = decide(given);
      if (decision.kind !== "merge") return;
      const { user, links, addressFromProvider } = decision.candidate;
      for (const { emailVerified, policies } of links) {
        expect(emailVerified).not.toBe(false);
        if (policies.requireVerifiedEmail) expect(emailVerified === true || given.account.domainProved).toBe(true);
      }
      if (user.authMethod === "SSO" || addressFromProvider) expect(links).not.toHaveLength(0);
    });
  });

  it("where it is off, nothing is joined, and links that it made lead nowhere", () => {
    check((given) => {
      const decision = decide(withLinking(given, "NONE"));
      expect(["merge", "ask"]).not.toContain(decision.kind);
      if (decision.kind === "update") expect(decision.identityId).toBe("identity-own");
      if (given.account.merged === null) return;
      const none = { ...given, account: { ...given.account, merged: null } };
      expect(decide(withLinking(none, "NONE"))).toEqual(decision);
    });
  });

  it("turning it on again brings links back", () => {
    check((given) => {
      const on = withLinking(given, "MERGE_BY_EMAIL");
      const first = decide(on);
      const follows = first.kind === "merge" || (first.kind === "update" && first.identityId === "identity-merged");
      const joined = carryOut(on, first);
      if (!follows || joined === null) return;
      const off = withLinking(joined, "NONE");
      const alone = carryOut(off, decide(off));
      if (alone === null) return;
      const again = decide(withLinking(alone, "MERGE_BY_EMAIL"));
      if (again.kind !== "refuse") expect(again).toMatchObject({ kind: "update", identityId: "identity-merged" });
    });
  });

  it("a merged link whose address changed leads nowhere: not to another's account, then or at any later sign-in", () => {
    check((before) => {
      const { merged } = before.account;
      if (merged === null || merged.operator || merged.emailKey === null) return;
      const given = withProfile(withLinking(before, "MERGE_BY_EMAIL"), {
        email: "new@acme.example",
        emailVerified: true,
      });
      const first = decide(given);
      if (given.account.own !== null) {
        expect(["update", "refuse"]).toContain(first.kind);
        if (first.kind === "update") expect(first.identityId).toBe("identity-own");
      } else if (first.kind !== "refuse") expect(first).toMatchObject({ kind: "create", retire: "identity-merged" });
      let next = carryOut(given, first);
      const userId = next?.account.own?.user.id;
      for (let turn = 0; next !== null && turn < 3; turn += 1) {
        const later = decide(next);
        expect(["update", "refuse"]).toContain(later.kind);
        if (later.kind === "update") expect(later.user.id).toBe(userId);
        next = carryOut(next, later);
      }
    });
  });

  it("a merged link survives a sign-in without an address", () => {
    check((before) => {
      const merged = withLinking(before, "MERGE_BY_EMAIL");
      if (merged.account.merged?.emailKey !== "ada@acme.example" || merged.account.merged.operator) return;
      const without = withProfile(merged, { email: null });
      const after = carryOut(without, decide(without));
      if (after === null) return;
      const again = decide(withProfile(after, { email: "ada@acme.example" }));
      if (again.kind !== "refuse") expect(again).toMatchObject({ kind: "update", identityId: "identity-merged" });
    });
  });

  it("who was let in is known from then on, by the same account", () => {
    check((given) => {
      const first = decide(given);
      const after = carryOut(given, first);
      if (after === null) return;
      const again = decide(after);
      const entered = userOf(first)?.id ?? "user-new";
      // Merging joins them to an account that is not in force, which is refused as it is to whoever is new.
      if (after.account.candidates.some(({ user }) => user.status !== "ACTIVE" && user.status !== "INVITED")) return;
      if (again.kind === "refuse") {
        // A new account may have to wait, and a person with roles of their own may lose the last of them.
        expect(["ACCOUNT_PENDING_APPROVAL", "NO_ROLE"]).toContain(again.failure.code);
        return;
      }
      // A prepared or a new account may be joined to another one at the next sign-in, as any account of one's own.
      if (again.kind !== "merge") expect(again).toMatchObject({ kind: "update", user: { id: entered } });
    });
  });
});
