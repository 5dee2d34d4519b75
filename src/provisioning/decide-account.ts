/** Decides which account a person gets: their own, one prepared for them, one to merge with, or a new one. Pure. */
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

/** A stored link from a subject of the provider to a user. */
export interface KnownIdentity {
  readonly identityId: string;
  readonly user: User;
  /** The address that the provider sent last through this link, case-folded; `null` if it never sent one. */
  readonly emailKey: string | null;
  /** Whether the provider called that address verified; `null` if it did not say. */
  readonly emailVerified: boolean | null;
}

/** A link that a merge made and that ends with this sign-in. */
export interface EndedMerge {
  readonly identityId: string;
  readonly reason: MergeEnd;
}

/** Everything that the choice of an account depends on. */
export interface AccountSituation {
  readonly profile: NormalizedProfile;
  readonly policies: ConnectionPolicies;
  /** The person's own link: to an account that they created, or that was prepared for them; `null` if there is none. */
  readonly own: KnownIdentity | null;
  /** Whether the provider has sent the same address for `own` since the account was created. */
  readonly ownAddressKept: boolean;
  /**
   * The link by which a merge joined the person to an account; `null` without one. It counts only while the connection
   * merges accounts.
   */
  readonly merged: KnownIdentity | null;
  /** Whether a merge was undone, or ended because the address changed. Such a person is never merged again. */
  readonly unmerged: boolean;
  /** At most two prepared accounts of this organization that match by `matchKey`. */
  readonly prepared: readonly User[];
  readonly candidates: readonly MergeCandidate[];
  /**
   * The account of a link that an administrator moved to this connection from a different provider. No sign-in has used the
   * link since, and it has the person's address.
   */
  readonly awaited: KnownIdentity | null;
  /** Whether the organization has proved the domain of the person's address by DNS. */
  readonly domainProved: boolean;
  /** Whether a different subject of this connection has the person's address. */
  readonly addressOfAnotherSubject: boolean;
  /** The link of the same subject and address under a former issuer of the connection; `null` if there is none. */
  readonly formerIssuer: { readonly issuer: string; readonly changedAt: Date | null } | null;
  /** The state of an earlier request to link this identity, under `ADMIN_LINK`. */
  readonly linkRequest: "NONE" | "PENDING" | "REJECTED";
  /** `NONE` for a person whom a link leads to an account, because no directory is read for them. */
  readonly directory: DirectoryMatch;
}

/** What the directories that are linked to the connection say of the person. */
export type DirectoryMatch =
  | { readonly kind: "NONE" }
  | {
      readonly kind: "USER";
      readonly user: User;
      /** Whether the directory identifies the person by more than their address. */
      readonly isExact: boolean;
      /** Whether another subject of this connection leads to the account already. Only one subject may. */
      readonly isBound: boolean;
    }
  /** Two users of directories have the person's address. */
  | { readonly kind: "AMBIGUOUS" }
  /** A directory deleted the person. */
  | { readonly kind: "REMOVED" };

export type AccountDecision =
  | { readonly kind: "known"; readonly identity: KnownIdentity; readonly ended: EndedMerge | null }
  /** `awaited` is the id of the moved link, which this sign-in retires. */
  | { readonly kind: "match"; readonly user: User; readonly awaited: string | null }
  | { readonly kind: "merge"; readonly candidate: MergeCandidate; readonly ended: EndedMerge | null }
  | { readonly kind: "new"; readonly ended: EndedMerge | null }
  /** An administrator must decide first. */
  | { readonly kind: "ask"; readonly user: User; readonly refusal: Refusal }
  | Refusal;

/** Decides which account a person gets. */
export function decideAccount(situation: AccountSituation): AccountDecision {
  const { own, merged, awaited, directory } = situation;
  const person = personOf(situation);
  const endedBy = (reason: MergeEnd | null): EndedMerge | null =>
    reason === null || merged === null ? null : { identityId: merged.identityId, reason };
  const outcome = followLinks(person);
  switch (outcome.kind) {
    case "own":
    case "new":
      if (own !== null) return { kind: "known", identity: own, ended: endedBy(outcome.ends) };
      return refuseRemoved(situation) ?? { kind: "new", ended: endedBy(outcome.ends) };
    case "merged":
      return { kind: "known", identity: merged!, ended: null };
    case "join":
      return { kind: "merge", candidate: outcome.candidate, ended: endedBy(outcome.ends) };
    case "unlinked":
      if (awaited !== null && isProved(person))
        return { kind: "match", user: awaited.user, awaited: awaited.identityId };
      if (situation.formerIssuer !== null)
        return refuse(failures.ISSUER_CHANGED, describeFormerIssuer(situation.profile, situation.formerIssuer));
      if (directory.kind === "USER" && directory.isExact) return matchDirectory(situation, directory);
      if (situation.addressOfAnotherSubject) return refuseAnotherSubject(situation);
      if (directory.kind === "USER") return matchDirectory(situation, directory);
      return (
        refuseRemoved(situation) ??
        matchPrepared(situation) ??
        joinOthers(situation, person) ?? { kind: "new", ended: null }
      );
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
    `${profile.email ?? "The address"} is the address of a different subject of this connection; this one is ${profile.subject}.`,
  );
}

/**
 * Gives the person the account of the directory's user. Refuses if another subject has the account already: the provider
 * may have re-created the person under a new subject.
 */
function matchDirectory(
  { profile }: AccountSituation,
  { user, isBound }: Extract<DirectoryMatch, { kind: "USER" }>,
): AccountDecision {
  if (!isBound) return { kind: "match", user, awaited: null };
  const detail = `The directory's user ${user.id} is linked to a different subject; this one is ${profile.subject}.`;
  return refuse(failures.SUBJECT_CHANGED, detail, user);
}

function refuseRemoved({ profile, directory }: AccountSituation): Refusal | null {
  if (directory.kind === "AMBIGUOUS")
    return refuse(failures.ACCOUNT_AMBIGUOUS, `Two users of directories have the address ${profile.email ?? ""}.`);
  if (directory.kind !== "REMOVED") return null;
  return refuse(failures.REMOVED_BY_DIRECTORY, `Subject ${profile.subject}, address ${profile.email ?? "not sent"}.`);
}

function describeFormerIssuer(
  { issuer, subject }: NormalizedProfile,
  former: NonNullable<AccountSituation["formerIssuer"]>,
): string {
  return former.changedAt === null
    ? `The subject ${subject} is linked under the issuer ${former.issuer}; this sign-in came from ${issuer}.`
    : `The subject ${subject} is linked under the issuer ${former.issuer}; the connection's issuer was changed to ${issuer} on ${former.changedAt.toISOString()}.`;
}

/** Finds a prepared account by the match key, but not by an address that the provider calls unverified. */
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
        `An administrator has to decide about linking to user ${candidate.user.id}.`,
      );
      return linkRequest === "PENDING" ? refusal : { kind: "ask", user: candidate.user, refusal };
    }
  }
}
