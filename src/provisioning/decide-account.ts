/** Decides whose account an arrival is about: the person's own, one that waits for them, one to join, or a new one. Pure. */
import type { NormalizedProfile } from "../connection/contract/index.js";
import {
  findMeetingAccount,
  isProved,
  followLinks,
  orderCandidates,
  type MergeCandidate,
  type MergeEnd,
  type MergingPerson,
} from "../connection/identity/meeting-account.js";
import type { ConnectionPolicies } from "../connection/stored/policies.js";
import type { User } from "../people/user/user.js";
import { foldCase } from "../platform/text.js";
import { refuse, type Refusal } from "./refusal.js";
import * as failures from "./failures.js";

/** A link that leads to a user. */
export interface KnownIdentity {
  readonly identityId: string;
  readonly user: User;
  /** The address that the provider sent last through this link, folded; `null` where it never sent one. */
  readonly emailKey: string | null;
  /** What the provider said of that address. */
  readonly emailVerified: boolean | null;
}

/** A link that merging made. */
interface MergedIdentity extends KnownIdentity {
  /** Whether the account's person has come to run the installation meanwhile. */
  readonly operator: boolean;
}

/** A link that merging made and that ends with this arrival. */
export interface EndedMerge {
  readonly identityId: string;
  readonly reason: MergeEnd;
}

/** What is known of the person at the door. */
export interface AccountSituation {
  readonly profile: NormalizedProfile;
  readonly policies: ConnectionPolicies;
  /** The account that came with the person, or was prepared for them. */
  readonly own: KnownIdentity | null;
  /** Whether the provider has sent the arrival's address for the own account ever since it came with the person. */
  readonly ownAddressKept: boolean;
  /** The account that merging joined them to; followed only while the connection merges. */
  readonly merged: MergedIdentity | null;
  /** Whether a merge of the person was undone, or ended by another address: they are never merged again. */
  readonly unmerged: boolean;
  /** Accounts prepared in this organization under what `matchKey` compares; at most two are of interest. */
  readonly prepared: readonly User[];
  readonly candidates: readonly MergeCandidate[];
  /**
   * The account that waits for the arrival's address at this connection, and for no other: an administrator moved its
   * person here from another provider, and nobody came yet.
   */
  readonly awaited: KnownIdentity | null;
  /** Whether the organization has proved the domain of the arrival's address by DNS. */
  readonly domainProved: boolean;
  /** Whether another subject of this connection has the arrival's address. */
  readonly addressOfAnotherSubject: boolean;
  /** The link of the same subject and address under the issuer that the connection had before; `null` where there is none. */
  readonly formerIssuer: { readonly issuer: string; readonly changedAt: Date | null } | null;
  /** What became of an earlier request to link this identity, under `ADMIN_LINK`. */
  readonly linkRequest: "NONE" | "PENDING" | "REJECTED";
}

/** Whose account it is. */
export type AccountDecision =
  | { readonly kind: "known"; readonly identity: KnownIdentity; readonly ended: EndedMerge | null }
  /** `awaited` names a link that was moved here and that has waited long enough. */
  | { readonly kind: "match"; readonly user: User; readonly awaited: string | null }
  | { readonly kind: "merge"; readonly candidate: MergeCandidate; readonly ended: EndedMerge | null }
  /** Nobody's yet. */
  | { readonly kind: "new"; readonly ended: EndedMerge | null }
  /** An administrator decides first. */
  | { readonly kind: "ask"; readonly user: User; readonly refusal: Refusal }
  | Refusal;

/** Decides whose account an arrival is about. */
export function decideAccount(situation: AccountSituation): AccountDecision {
  const { own, merged, awaited } = situation;
  const person = personOf(situation);
  const endedBy = (reason: MergeEnd | null): EndedMerge | null =>
    reason === null || merged === null ? null : { identityId: merged.identityId, reason };
  const outcome = followLinks(person);
  switch (outcome.kind) {
    case "own":
    case "new":
      return own === null
        ? { kind: "new", ended: endedBy(outcome.ends) }
        : { kind: "known", identity: own, ended: endedBy(outcome.ends) };
    case "merged":
      return { kind: "known", identity: merged!, ended: null };
    case "join":
      return { kind: "merge", candidate: outcome.candidate, ended: endedBy(outcome.ends) };
    case "unlinked":
      if (awaited !== null && isProved(person))
        return { kind: "match", user: awaited.user, awaited: awaited.identityId };
      if (situation.formerIssuer !== null)
        return refuse(failures.ISSUER_CHANGED, describeFormerIssuer(situation.profile, situation.formerIssuer));
      if (situation.addressOfAnotherSubject) return refuseAnotherSubject(situation);
      return matchPrepared(situation) ?? joinOthers(situation, person) ?? { kind: "new", ended: null };
  }
}

function personOf({ profile, ...situation }: AccountSituation): MergingPerson {
  return {
    ...situation,
    emailKey: profile.email === null ? null : foldCase(profile.email),
    emailVerified: profile.emailVerified,
  };
}

function refuseAnotherSubject({ profile }: AccountSituation): Refusal {
  return refuse(
    failures.SUBJECT_CHANGED,
    `${profile.email ?? "The address"} is the address of another subject of this connection; this one is ${profile.subject}.`,
  );
}

function describeFormerIssuer(
  { issuer, subject }: NormalizedProfile,
  former: NonNullable<AccountSituation["formerIssuer"]>,
): string {
  return former.changedAt === null
    ? `The subject ${subject} is the same; it is linked under the issuer ${former.issuer}, and came from ${issuer}.`
    : `The subject ${subject} is the same; the connection's issuer was changed from ${former.issuer} to ${issuer} on ${former.changedAt.toISOString()}.`;
}

/** A prepared account is found by the match key, but never by an address that the provider calls unverified. */
function matchPrepared({ profile, policies, prepared }: AccountSituation): AccountDecision | null {
  if (policies.matchKey === "EMAIL" && profile.emailVerified === false) return null;
  const [user, another] = prepared;
  if (user === undefined) return null;
  if (another === undefined) return { kind: "match", user, awaited: null };
  return refuse(failures.ACCOUNT_AMBIGUOUS, `Accounts ${user.id} and ${another.id} were prepared for this person.`);
}

function joinOthers(situation: AccountSituation, person: MergingPerson): AccountDecision | null {
  const { profile, policies, linkRequest, candidates } = situation;
  switch (policies.accountLinking) {
    case "NONE":
      return null;
    case "MERGE_BY_EMAIL": {
      const candidate = findMeetingAccount(person);
      return candidate && { kind: "merge", candidate, ended: null };
    }
    case "ADMIN_LINK": {
      const [candidate] = orderCandidates(candidates);
      if (candidate === undefined || profile.emailVerified === false || linkRequest === "REJECTED") return null;
      const refusal = refuse(
        failures.LINK_PENDING,
        `An administrator decides about joining user ${candidate.user.id}.`,
      );
      return linkRequest === "PENDING" ? refusal : { kind: "ask", user: candidate.user, refusal };
    }
  }
}
