/** Choosing the account of a person if accounts can be merged: cases, and properties that hold for all situations. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  decide,
  type Situation,
  brief,
  carryOut,
  MOMENT,
  situation,
  situationArbitrary,
  userOf,
  type Changes,
} from "./situations.js";
import { times } from "../../testing/long.js";

const merging = { accountLinking: "MERGE_BY_EMAIL" } as const;
const asking = { accountLinking: "ADMIN_LINK" } as const;
const silent = { emailVerified: null } as const;
const unverified = { emailVerified: false } as const;

/** The accounts to which the person's links lead, as candidates. */
const OWN = { id: "user-1", authMethod: "SSO", links: [] } as const;
const MERGED = { id: "user-2", authMethod: "SSO" } as const;
const LATER = new Date(MOMENT.getTime() + 60_000);

const outcomeOf = (changes: Changes) => brief(decide(situation(changes)));

describe("linking by address", () => {
  it.each<[string, Changes, string]>([
    ["off: an account with the address is ignored", { candidates: [{}] }, "create"],
    ["on: no account has the address", { policies: merging }, "create"],
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
      "on: of two accounts of other connections, the older one",
      { policies: merging, candidates: [{ authMethod: "SSO", createdAt: LATER }, { authMethod: "SSO" }] },
      "merge candidate-2",
    ],
    [
      "on: of two accounts created at the same time, the one with the lower id",
      {
        policies: merging,
        candidates: [
          { authMethod: "SSO", id: "b" },
          { authMethod: "SSO", id: "a" },
        ],
      },
      "merge a",
    ],
    [
      "on: of two password accounts, the older one",
      { policies: merging, candidates: [{ createdAt: LATER }, {}] },
      "merge candidate-2",
    ],
    ...(["DISABLED", "ARCHIVED", "PENDING_APPROVAL"] as const).map((status): [string, Changes, string] => [
      `on: an account in force before one that is ${status}, though it is younger and has no password`,
      { policies: merging, candidates: [{ status }, { authMethod: "SSO", createdAt: LATER }] },
      "merge candidate-2",
    ]),
    [
      "on: a pending account before a disabled one",
      { policies: merging, candidates: [{ status: "DISABLED" }, { authMethod: "SSO", status: "PENDING_APPROVAL" }] },
      "ACCOUNT_PENDING_APPROVAL",
    ],
    [
      "on: an account whose person was unmerged from this address",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [{ unmerged: true }] }] },
      "create",
    ],
    ["on: a person whose merge was undone", { policies: merging, unmerged: true, candidates: [{}] }, "create"],
    [
      "on: a person whose merge was undone, with an account of their own",
      { policies: merging, unmerged: true, own: {}, candidates: [{}] },
      "update user-1",
    ],
    ["on: a break-glass account", { policies: merging, candidates: [{ breakGlass: true }] }, "create"],
    [
      "on: a break-glass account and another",
      { policies: merging, candidates: [{ breakGlass: true }, {}] },
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
      "on: a different subject has the address",
      { policies: merging, candidates: [{}], addressOfAnotherSubject: true },
      "SUBJECT_CHANGED",
    ],

    [
      "on: an account whose own address a different provider calls unverified",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [{ emailVerified: false }] }], domainProved: true },
      "create",
    ],
    [
      "on: an account about whose address a different provider says nothing",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [{ emailVerified: null }] }] },
      "create",
    ],
    [
      "on: an account about whose address a different provider says nothing, the domain proved",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [{ emailVerified: null }] }], domainProved: true },
      "merge candidate-1",
    ],
    [
      "on: an account about whose address a different provider says nothing, only that connection not requiring verification",
      {
        policies: merging,
        candidates: [{ authMethod: "SSO", links: [{ emailVerified: null, requireVerifiedEmail: false }] }],
      },
      "create",
    ],
    [
      "on: an account about whose address a different provider says nothing, only this connection not requiring verification",
      {
        policies: { ...merging, requireVerifiedEmail: false },
        candidates: [{ authMethod: "SSO", links: [{ emailVerified: null }] }],
      },
      "create",
    ],
    [
      "on: an account about whose address a different provider says nothing, neither connection requiring verification",
      {
        policies: { ...merging, requireVerifiedEmail: false },
        candidates: [{ authMethod: "SSO", links: [{ emailVerified: null, requireVerifiedEmail: false }] }],
      },
      "merge candidate-1",
    ],
    [
      "on: an account with a link of a verified address, and one of an unverified address",
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
      "on: an account for which no provider sends the address any more",
      { policies: merging, candidates: [{ authMethod: "SSO", links: [] }] },
      "create",
    ],
    [
      "on: an account with an unverified address does not block others",
      {
        policies: merging,
        candidates: [{ authMethod: "SSO", links: [{ emailVerified: null }] }, { authMethod: "SSO" }],
      },
      "merge candidate-2",
    ],
    [
      "on: a password account that got the address from a provider that calls it unverified",
      { policies: merging, candidates: [{ addressFromProvider: true, links: [{ emailVerified: false }] }] },
      "create",
    ],
    [
      "on: a password account that got the address, verified, from a provider",
      { policies: merging, candidates: [{ addressFromProvider: true, links: [{}] }] },
      "merge candidate-1",
    ],
    [
      "on: a password account that got the address from a mapped claim",
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
      "silent, but verification is not required",
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
      "not verified, although verification is not required",
      { policies: { ...merging, requireVerifiedEmail: false }, candidates: [{}], profile: unverified },
      "create",
    ],

    ["an own account, and another one", { policies: merging, own: {}, candidates: [{}] }, "merge candidate-1"],
    [
      "an own account that has the address itself",
      { policies: merging, own: {}, candidates: [{ id: "user-1" }] },
      "update user-1",
    ],
    ["an own account, and two others", { policies: merging, own: {}, candidates: [{}, {}] }, "merge candidate-1"],
    [
      "an own account that is the oldest",
      { policies: merging, own: {}, candidates: [OWN, { authMethod: "SSO", createdAt: LATER }] },
      "update user-1",
    ],
    [
      "an own account that is younger than another",
      { policies: merging, own: {}, candidates: [{ ...OWN, createdAt: LATER }, { authMethod: "SSO" }] },
      "merge candidate-2",
    ],
    [
      "an own account that is the oldest, and one with a password",
      { policies: merging, own: {}, candidates: [OWN, { createdAt: LATER }] },
      "merge candidate-2",
    ],
    [
      "an own account that is the oldest, and a disabled one with a password",
      { policies: merging, own: {}, candidates: [OWN, { createdAt: LATER, status: "DISABLED" }] },
      "update user-1",
    ],
    [
      "an own account that is disabled, and an active one",
      { policies: merging, own: { status: "DISABLED" }, candidates: [{ ...OWN, status: "DISABLED" }, {}] },
      "merge candidate-2",
    ],
    [
      "an own account with a link of an unverified address",
      {
        policies: merging,
        own: {},
        candidates: [
          { ...OWN, links: [{ emailVerified: false }] },
          { authMethod: "SSO", createdAt: LATER },
        ],
      },
      "merge candidate-2",
    ],
    [
      "an own account, and a break-glass account",
      { policies: merging, own: {}, candidates: [{ breakGlass: true }] },
      "update user-1",
    ],
    [
      "an own account, the address not verified",
      { policies: merging, own: {}, candidates: [{}], profile: unverified },
      "update user-1",
    ],
    [
      "an own account whose address changed at the provider",
      { policies: merging, own: {}, candidates: [{}], ownAddressKept: false },
      "update user-1",
    ],
    [
      "an own account, and a different subject with the address",
      { policies: merging, own: {}, candidates: [{}], addressOfAnotherSubject: true },
      "update user-1",
    ],
    ["an own account, off", { own: {}, candidates: [{}] }, "update user-1"],

    ["joined before", { policies: merging, merged: {} }, "update user-2"],
    ["joined before, with an own account", { policies: merging, merged: {}, own: {} }, "update user-2"],
    [
      "joined before, the address in other letters",
      { policies: merging, merged: {}, profile: { email: "ADA@acme.example" } },
      "update user-2",
    ],
    ["joined before, no address sent", { policies: merging, merged: {}, profile: { email: null } }, "update user-2"],
    [
      "joined before to an account that is a break-glass account now",
      { policies: merging, merged: { breakGlass: true }, candidates: [{}] },
      "create",
    ],
    [
      "joined before to an account that is a break-glass account now, with an own account",
      { policies: merging, merged: { breakGlass: true }, own: {} },
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
      "update user-1, retire identity-merged",
    ],
    [
      "joined before, the meeting account still",
      { policies: merging, merged: {}, own: {}, candidates: [{ ...OWN, createdAt: LATER }, MERGED] },
      "update user-2",
    ],
    [
      "joined before, another one is older",
      { policies: merging, merged: {}, candidates: [{ ...MERGED, createdAt: LATER }, { authMethod: "SSO" }] },
      "merge candidate-2, leave identity-merged",
    ],
    [
      "joined before, one with a password is there",
      { policies: merging, merged: {}, candidates: [MERGED, { createdAt: LATER }] },
      "merge candidate-2, leave identity-merged",
    ],
    [
      "joined before, the own account is older",
      { policies: merging, merged: {}, own: {}, candidates: [OWN, { ...MERGED, createdAt: LATER }] },
      "update user-1, leave identity-merged",
    ],
    [
      "joined before, disabled since, and the own account in force",
      {
        policies: merging,
        merged: { status: "DISABLED" },
        own: {},
        candidates: [OWN, { ...MERGED, status: "DISABLED" }],
      },
      "update user-1, leave identity-merged",
    ],
    [
      "joined before, another one is older, the address not verified any more",
      {
        policies: merging,
        merged: {},
        profile: unverified,
        candidates: [{ ...MERGED, createdAt: LATER }, { authMethod: "SSO" }],
      },
      "update user-2",
    ],
    [
      "joined before, another one is older, and another subject has the address",
      {
        policies: merging,
        merged: {},
        addressOfAnotherSubject: true,
        candidates: [{ ...MERGED, createdAt: LATER }, { authMethod: "SSO" }],
      },
      "update user-2",
    ],
    [
      "joined before, without another link",
      {
        policies: merging,
        merged: {},
        own: {},
        candidates: [
          { ...OWN, createdAt: LATER },
          { ...MERGED, links: [] },
        ],
      },
      "update user-2",
    ],
    [
      "joined before, disabled since",
      { policies: merging, merged: { status: "DISABLED" }, own: {} },
      "ACCOUNT_DISABLED",
    ],

    ["on request: no account has the address", { policies: asking }, "create"],
    ["on request: an account has it", { policies: asking, candidates: [{}] }, "ask candidate-1"],
    ["on request: silent", { policies: asking, candidates: [{}], profile: silent }, "ask candidate-1"],
    ["on request: not verified", { policies: asking, candidates: [{}], profile: unverified }, "create"],
    ["on request: asked already", { policies: asking, candidates: [{}], linkRequest: "PENDING" }, "LINK_PENDING"],
    ["on request: rejected", { policies: asking, candidates: [{}], linkRequest: "REJECTED" }, "create"],
    ["on request: a break-glass account", { policies: asking, candidates: [{ breakGlass: true }] }, "create"],
    [
      "on request: a password account before others",
      { policies: asking, candidates: [{ authMethod: "SSO" }, {}] },
      "ask candidate-2",
    ],
    ["on request: an account of one's own", { policies: asking, own: {}, candidates: [{}] }, "update user-1"],
  ])("%s", (_name, changes, expected) => {
    expect(outcomeOf(changes)).toBe(expected);
  });

  it("asks the administrator, with the sentence that the person sees", () => {
    expect(decide(situation({ policies: asking, candidates: [{}] }))).toMatchObject({
      user: { id: "candidate-1" },
      refusal: {
        failure: { code: "LINK_PENDING" },
        detail: "An administrator has to decide about linking to user candidate-1.",
      },
    });
  });

  it("keeps the address of a link if the provider sends none", () => {
    const keyAfter = (changes: Changes) => (decide(situation(changes)) as { emailKey?: string | null }).emailKey;
    expect(keyAfter({ own: {}, profile: { email: null } })).toBe("ada@acme.example");
    expect(keyAfter({ own: {}, profile: { email: "Grace@acme.example" } })).toBe("grace@acme.example");
    expect(keyAfter({ own: { emailKey: null }, profile: { email: null } })).toBeNull();
  });
});

/** Situations in which only the choice of the account can lead to a refusal. */
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
  fc.assert(fc.property(openSituation, property), { numRuns: times(1_500) });
const withLinking = (given: Situation, accountLinking: "NONE" | "MERGE_BY_EMAIL" | "ADMIN_LINK"): Situation => ({
  ...given,
  connection: { ...given.connection, policies: { ...given.connection.policies, accountLinking } },
});
const withProfile = (given: Situation, profile: Partial<Situation["person"]["profile"]>): Situation => ({
  ...given,
  person: { ...given.person, profile: { ...given.person.profile, ...profile } },
});

describe("in every situation", () => {
  it("merging never joins a break-glass account, never asks about one, and its links never lead to one", () => {
    check((given) => {
      const decision = decide(given);
      if (given.account.merged?.user.breakGlass === true && decision.kind === "update")
        expect(decision.identityId).toBe("identity-own");
      if (decision.kind === "merge") expect(decision.candidate.user.breakGlass).toBe(false);
      if (decision.kind === "ask")
        expect(given.account.candidates.some(({ user }) => user.id === decision.user.id && !user.breakGlass)).toBe(
          true,
        );
    });
  });

  it("merging joins only candidates other than the person's own account, by a proved address of one person", () => {
    check((given) => {
      const decision = decide(given);
      if (decision.kind !== "merge") return;
      const { account, person, connection } = given;
      expect(connection.policies.accountLinking).toBe("MERGE_BY_EMAIL");
      expect(account.candidates).toContain(decision.candidate);
      expect(decision.candidate.user.id).not.toBe(account.own?.user.id);
      expect(decision.candidate.user.id).not.toBe(account.merged?.user.id);
      expect(decision.ended).toEqual(
        account.merged && { identityId: "identity-merged", reason: "MEETING_ACCOUNT_CHANGED" },
      );
      if (account.merged !== null) expect(account.merged.emailKey).toBe(person.profile.email?.toLowerCase());
      expect(account.unmerged).toBe(false);
      expect(account.addressOfAnotherSubject).toBe(false);
      const { emailVerified } = person.profile;
      expect(emailVerified).not.toBe(false);
      if (connection.policies.requireVerifiedEmail) expect(emailVerified === true || account.domainProved).toBe(true);
    });
  });

  it("merging joins no account that a different person could have created with an address that is not theirs", () => {
    check((given) => {
      const decision = decide(given);
      if (decision.kind !== "merge") return;
      const { user, links, addressFromProvider } = decision.candidate;
      for (const { emailVerified, policies } of links) {
        expect(emailVerified).not.toBe(false);
        if (policies.requireVerifiedEmail || given.connection.policies.requireVerifiedEmail)
          expect(emailVerified === true || given.account.domainProved).toBe(true);
      }
      if (user.authMethod === "SSO" || addressFromProvider) expect(links).not.toHaveLength(0);
    });
  });

  it("while merging is off, no accounts are joined, and its links are not used", () => {
    check((given) => {
      const decision = decide(withLinking(given, "NONE"));
      expect(["merge", "ask"]).not.toContain(decision.kind);
      if (decision.kind === "update") expect(decision.identityId).toBe("identity-own");
      if (given.account.merged === null) return;
      const none = { ...given, account: { ...given.account, merged: null } };
      expect(decide(withLinking(none, "NONE"))).toEqual(decision);
    });
  });

  it("its links are used again when merging is switched on again, unless a provider no longer vouches for the account", () => {
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
      const isVouchedFor = alone.account.candidates.every(
        ({ user, links }) =>
          user.id !== joined.account.merged?.user.id || links.every(({ emailVerified }) => emailVerified === true),
      );
      if (again.kind !== "refuse" && isVouchedFor)
        expect(again).toMatchObject({ kind: "update", identityId: "identity-merged" });
    });
  });

  it("a merged link whose address changed leads to no account, at this sign-in and at later ones", () => {
    check((before) => {
      const { merged } = before.account;
      if (merged === null || merged.user.breakGlass || merged.emailKey === null) return;
      const given = withProfile(withLinking(before, "MERGE_BY_EMAIL"), {
        email: "new@acme.example",
        emailVerified: true,
      });
      const first = decide(given);
      if (given.account.own !== null) {
        expect(["update", "refuse"]).toContain(first.kind);
        if (first.kind === "update") expect(first.identityId).toBe("identity-own");
      } else if (first.kind !== "refuse") expect(first).toMatchObject({ kind: "create" });
      if (first.kind === "create" || first.kind === "update")
        expect(first.ended).toEqual({ identityId: "identity-merged", reason: "ADDRESS_CHANGED" });
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
      if (merged.account.merged?.emailKey !== "ada@acme.example" || merged.account.merged.user.breakGlass) return;
      const without = withProfile(merged, { email: null });
      const after = carryOut(without, decide(without));
      if (after === null) return;
      const withAddress = { email: "ada@acme.example" };
      const again = decide(withProfile(after, withAddress));
      if (again.kind !== "refuse") expect(brief(again)).toBe(brief(decide(withProfile(merged, withAddress))));
    });
  });

  it("a person who signed in is known from then on, and stays at the account of the second sign-in", () => {
    check((given) => {
      const first = decide(given);
      const second = carryOut(given, first);
      if (second === null) return;
      const again = decide(second);
      const third = carryOut(second, again);
      if (third === null) {
        // A new account may be pending, and a person may lose their last role. Merging may lead to an account that is not active
        // if no candidate is active.
        expect(["ACCOUNT_PENDING_APPROVAL", "NO_ROLE", "ACCOUNT_DISABLED", "ACCOUNT_ARCHIVED"]).toContain(
          again.kind === "refuse" && again.failure.code,
        );
        return;
      }
      const entered = userOf(first)?.id ?? "user-new";
      // The next sign-in can merge a prepared or new account, like any account of the person.
      if (again.kind !== "merge") expect(again).toMatchObject({ kind: "update", user: { id: entered } });
      const later = decide(third);
      if (later.kind === "refuse") expect(later.failure.code).toBe("NO_ROLE");
      else expect(later).toMatchObject({ kind: "update", user: { id: userOf(again)!.id } });
    });
  });
});
