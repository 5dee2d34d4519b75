/** Decides whose account an arrival is about: the person's own, one that waits for them, one to join, or a new one. Pure. */
import type { NormalizedProfile } from "../connection/contract/index.js";
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
export interface MergedIdentity extends KnownIdentity {
  /** Whether the account's person has come to run the installation meanwhile. */
  readonly operator: boolean;
}

/** By what an account has the arrival's address: a link whose provider sent it last. */
export interface AddressLink {
  /** Whether it is a link of the arrival's connection. */
  readonly here: boolean;
  /** What that provider said of the address. */
  readonly emailVerified: boolean | null;
  /** Of the connection that the link belongs to. */
  readonly policies: Pick<ConnectionPolicies, "accountLinking" | "requireVerifiedEmail">;
}

/** An account of this organization that has the arrival's address. */
export interface MergeCandidate {
  readonly user: User;
  /** The links of the account that carry the address, of every connection; for merging alone. */
  readonly links: readonly AddressLink[];
  /** Whether a provider gave the account its address, and not the organization or the person. */
  readonly addressFromProvider: boolean;
  /** Somebody who runs the installation is never merged. */
  readonly operator: boolean;
  /** Whether a local password waits on an address that nobody has proved (pre-hijacking). */
  readonly unverifiedPassword: boolean;
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
  | { readonly kind: "known"; readonly identity: KnownIdentity; readonly merged: boolean }
  /** `awaited` names a link that was moved here and that has waited long enough. */
  | { readonly kind: "match"; readonly user: User; readonly awaited: string | null }
  | { readonly kind: "merge"; readonly candidate: MergeCandidate }
  /** Nobody's yet; `retire` names a merged link whose address changed at the provider. */
  | { readonly kind: "new"; readonly retire: string | null }
  /** An administrator decides first. */
  | { readonly kind: "ask"; readonly user: User; readonly refusal: Refusal }
  | Refusal;

/** Decides whose account an arrival is about. */
export function decideAccount(situation: AccountSituation): AccountDecision {
  const { profile, policies, own, merged } = situation;
  const merges = policies.accountLinking === "MERGE_BY_EMAIL";
  if (merges && merged !== null) {
    // Who runs the installation is reached by no link that merging made, however long it has been there.
    if (merged.operator)
      return own === null ? { kind: "new", retire: null } : { kind: "known", identity: own, merged: false };
    if (profile.email === null || merged.emailKey === foldCase(profile.email))
      return { kind: "known", identity: merged, merged: true };
    // The address is what they were joined by. The person gets an account of their own, never somebody else's.
    return own === null ? { kind: "new", retire: merged.identityId } : { kind: "known", identity: own, merged: false };
  }
  if (merges && own !== null) {
    // Another address at the provider, or an address that another subject has as well, joins nobody to anybody.
    const keeps = !situation.ownAddressKept || situation.addressOfAnotherSubject;
    const candidate = keeps ? null : chooseCandidate(situation, own.user.id);
    return candidate === null || "failure" in candidate
      ? { kind: "known", identity: own, merged: false }
      : { kind: "merge", candidate };
  }
  if (own !== null) return { kind: "known", identity: own, merged: false };
  const { awaited } = situation;
  if (awaited !== null && isProved(situation))
    return { kind: "match", user: awaited.user, awaited: awaited.identityId };
  if (situation.formerIssuer !== null)
    return refuse(failures.ISSUER_CHANGED, describeFormerIssuer(profile, situation.formerIssuer));
  if (situation.addressOfAnotherSubject)
    return refuse(
      failures.SUBJECT_CHANGED,
      `${profile.email ?? "The address"} is the address of another subject of this connection; this one is ${profile.subject}.`,
    );
  return matchPrepared(situation) ?? joinOthers(situation) ?? { kind: "new", retire: null };
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

function joinOthers(situation: AccountSituation): AccountDecision | null {
  const { profile, policies, linkRequest, candidates } = situation;
  switch (policies.accountLinking) {
    case "NONE":
      return null;
    case "MERGE_BY_EMAIL": {
      const candidate = chooseCandidate(situation, null);
      if (candidate === null || "failure" in candidate) return candidate;
      return { kind: "merge", candidate };
    }
    case "ADMIN_LINK": {
      const [candidate] = orderEligible(candidates, null);
      if (candidate === undefined || profile.emailVerified === false || linkRequest === "REJECTED") return null;
      const refusal = refuse(
        failures.LINK_PENDING,
        `An administrator decides about joining user ${candidate.user.id}.`,
      );
      return linkRequest === "PENDING" ? refusal : { kind: "ask", user: candidate.user, refusal };
    }
  }
}

/** The account to join: one with a password before others; of several, none. An unproved address joins nothing. */
function chooseCandidate(situation: AccountSituation, ownUserId: string | null): MergeCandidate | Refusal | null {
  const { profile, candidates, domainProved } = situation;
  if (!isProved(situation)) return null;
  const joinable = candidates.filter((candidate) => isJoinable(candidate, domainProved));
  const [candidate, another] = orderEligible(joinable, ownUserId);
  if (candidate === undefined) return null;
  if (another === undefined || another.user.authMethod !== candidate.user.authMethod) return candidate;
  return refuse(
    failures.ACCOUNT_AMBIGUOUS,
    `Accounts ${candidate.user.id} and ${another.user.id} both have the address ${profile.email ?? ""}.`,
  );
}

/** Whether the arrival's address is as good as `requireVerifiedEmail` asks. An explicit "not verified" never is. */
function isProved({ profile, policies, domainProved }: AccountSituation): boolean {
  return isWordEnough(profile.emailVerified, policies, domainProved);
}

function isWordEnough(
  emailVerified: boolean | null,
  { requireVerifiedEmail }: Pick<ConnectionPolicies, "requireVerifiedEmail">,
  domainProved: boolean,
): boolean {
  return emailVerified ?? (domainProved || !requireVerifiedEmail);
}

/**
 * Whether merging may join somebody to an account: it has a password, or came with the address through another connection
 * that merges; and every link by which somebody enters it with this address is as good as the arrival has to be. Otherwise
 * whoever gets a provider to send the address of somebody else could make an account there and wait in it for them
 * (pre-hijacking). A password that waits on an unproved address is no obstacle: it is taken away.
 */
function isJoinable({ user, links, addressFromProvider }: MergeCandidate, domainProved: boolean): boolean {
  if (links.some(({ emailVerified, policies }) => !isWordEnough(emailVerified, policies, domainProved))) return false;
  // A claim that a mapping makes the address is no provider's word on it: then no link carries it.
  if (user.authMethod === "PASSWORD") return links.length > 0 || !addressFromProvider;
  // Whoever has two accounts of one connection is two people; an account of a connection that does not merge is its own.
  return links.some(({ here, policies }) => !here && policies.accountLinking === "MERGE_BY_EMAIL");
}

/** Those that may be joined at all, with those that have a password first. */
function orderEligible(candidates: readonly MergeCandidate[], ownUserId: string | null): readonly MergeCandidate[] {
  const eligible = candidates.filter(({ user, operator }) => !operator && user.id !== ownUserId);
  const withPassword = eligible.filter(({ user }) => user.authMethod === "PASSWORD");
  return [...withPassword, ...eligible.filter((candidate) => !withPassword.includes(candidate))];
}
