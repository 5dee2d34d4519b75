/**
 * Finds the account to which merging leads a person. Several accounts of an organization may have the same address. One of them
 * is the *meeting account* of the address: every connection that merges leads there, whatever the order of sign-ins and switches.
 * The functions are pure. A sign-in decides with them, and so does the preview of a switch.
 */
import type { AddressHolder, User } from "../../people/user/user.js";
import type { ConnectionPolicies } from "../stored/policies.js";

export type MergingPolicies = Pick<ConnectionPolicies, "accountLinking" | "requireVerifiedEmail">;

/**
 * A link of a different person for whom a provider last sent the same address as for the person who signs in.
 * @internal
 */
export interface AddressLink {
  /** Whether the link belongs to the connection through which the person signs in. */
  readonly here: boolean;
  /** Whether the link's provider called the address verified; `null` if the provider did not say. */
  readonly emailVerified: boolean | null;
  /** Whether a merge of that person under this address was undone. If so, the person is never merged again. */
  readonly unmerged: boolean;
  /** The policies of the link's connection. */
  readonly policies: MergingPolicies;
}

/**
 * An account of the organization that the address leads to. One of three is true: the account has the address; a merged link
 * with the address leads to it; an own link with the address leads to it, and a provider sent the account's address.
 */
export interface MergeCandidate extends AddressHolder {
  /** The account's links with the address at all connections, except the links of the person who signs in. */
  readonly links: readonly AddressLink[];
  /** Whether the account's address came from a provider, not from the organization or the person. */
  readonly addressFromProvider: boolean;
}

/** A person who signs in, and everything on which merging depends. */
export interface MergingPerson {
  /** The policies of the person's connection. */
  readonly policies: MergingPolicies;
  /** The address that the provider sends, folded; `null` if it sends none. */
  readonly emailKey: string | null;
  /** Whether the provider calls that address verified; `null` if it does not say. */
  readonly emailVerified: boolean | null;
  /** Whether the organization has proved the domain of the address by DNS. */
  readonly domainProved: boolean;
  /** Whether a different person at the same connection has the address. */
  readonly addressOfAnotherSubject: boolean;
  /** The account of the person's own link; `null` without such a link. */
  readonly own: { readonly user: Pick<User, "id"> } | null;
  /** Whether the provider has sent the address ever since the own link was made. */
  readonly ownAddressKept: boolean;
  /** The account of the merged link, and the address that led to the merge; `null` without a merged link. */
  readonly merged: {
    readonly user: Pick<User, "id" | "breakGlass">;
    readonly emailKey: string | null;
  } | null;
  /** Whether a merge of the person was undone or ended by a new address. If so, the person is never merged again. */
  readonly unmerged: boolean;
  readonly candidates: readonly MergeCandidate[];
}

/** Why a merge ends: the provider sends a different address, or a different account is the meeting account. */
export type MergeEnd = "ADDRESS_CHANGED" | "MEETING_ACCOUNT_CHANGED";

/** The account that a sign-in leads to, and whether it ends a merge. */
export type LinkOutcome =
  | { readonly kind: "own"; readonly ends: MergeEnd | null }
  | { readonly kind: "merged" }
  | { readonly kind: "join"; readonly candidate: MergeCandidate; readonly ends: MergeEnd | null }
  /** The person gets an account of their own, which does not exist yet. */
  | { readonly kind: "new"; readonly ends: MergeEnd | null }
  /** The person has no link. */
  | { readonly kind: "unlinked" };

/** Decides to which account the links of a person lead, and whether merging leads the person to a different account. */
export function followLinks(person: MergingPerson): LinkOutcome {
  const { own, emailKey } = person;
  const merges = person.policies.accountLinking === "MERGE_BY_EMAIL";
  const merged = merges ? person.merged : null;
  const alone = (ends: MergeEnd | null): LinkOutcome => ({ kind: own === null ? "new" : "own", ends });
  // A merged link is never followed to a break-glass account, however old the link is.
  if (merged?.user.breakGlass === true) return alone(null);
  // The address was the reason for the merge. A person with a different address gets an account of their own.
  if (merged !== null && emailKey !== null && merged.emailKey !== emailKey) return alone("ADDRESS_CHANGED");
  const present = merged ?? own;
  if (present === null) return { kind: "unlinked" };
  const meeting = merges && (merged !== null || person.ownAddressKept) ? findMeetingAccount(person) : null;
  if (meeting === null || meeting.user.id === present.user.id)
    return merged === null ? { kind: "own", ends: null } : { kind: "merged" };
  const ends = merged === null ? null : "MEETING_ACCOUNT_CHANGED";
  return meeting.user.id === own?.user.id ? { kind: "own", ends } : { kind: "join", candidate: meeting, ends };
}

/** The meeting account of the person's address; `null` if the person may not join any account. */
export function findMeetingAccount(person: MergingPerson): MergeCandidate | null {
  if (person.emailKey === null || person.unmerged || person.addressOfAnotherSubject || !isProved(person)) return null;
  return orderCandidates(person.candidates.filter((candidate) => isJoinable(candidate, person)))[0] ?? null;
}

/**
 * The accounts that may be joined, in the order of preference: active accounts, then accounts with a password, then the oldest.
 * Leaves out break-glass accounts.
 */
export function orderCandidates(candidates: readonly MergeCandidate[]): readonly MergeCandidate[] {
  return candidates
    .filter(({ user }) => !user.breakGlass)
    .toSorted(
      ({ user: left }, { user: right }) =>
        STANDINGS[left.status] - STANDINGS[right.status] ||
        Number(right.authMethod === "PASSWORD") - Number(left.authMethod === "PASSWORD") ||
        left.createdAt.getTime() - right.createdAt.getTime() ||
        (left.id < right.id ? -1 : 1),
    );
}

const STANDINGS: Readonly<Record<User["status"], number>> = {
  ACTIVE: 0,
  INVITED: 0,
  PENDING_APPROVAL: 1,
  DISABLED: 2,
  ARCHIVED: 2,
};

/** Whether the person's address satisfies `requireVerifiedEmail`. An address that the provider calls not verified never does. */
export function isProved({
  emailVerified,
  policies,
  domainProved,
}: Pick<MergingPerson, "emailVerified" | "policies" | "domainProved">): boolean {
  return isWordEnough(emailVerified, policies.requireVerifiedEmail, domainProved);
}

function isWordEnough(emailVerified: boolean | null, requireVerifiedEmail: boolean, domainProved: boolean): boolean {
  return emailVerified ?? (domainProved || !requireVerifiedEmail);
}

/**
 * Whether merging may lead a person to an account. One of these must be true: the person has a link to the account
 * already, the account has a password, or it got the address through another connection that merges. In addition, every
 * link to the account with this address must satisfy `requireVerifiedEmail` of the person's connection and of the
 * link's own connection. Otherwise, an attacker could make a provider send a victim's address, create an account with
 * it and wait for the victim to be merged into it (pre-hijacking). A password account with an unproved address may be
 * joined, because merging removes its password.
 */
function isJoinable(
  { user, links, addressFromProvider }: MergeCandidate,
  { policies: { requireVerifiedEmail }, domainProved, own, merged }: MergingPerson,
): boolean {
  const isEnough = ({ emailVerified, policies }: AddressLink) =>
    isWordEnough(emailVerified, requireVerifiedEmail || policies.requireVerifiedEmail, domainProved);
  if (!links.every(isEnough)) return false;
  if ([own, merged].some((theirs) => theirs?.user.id === user.id)) return true;
  // An address that came from a provider but is in no link was mapped from a different claim. The provider does not
  // vouch for it, so the account may not be joined.
  if (user.authMethod === "PASSWORD") return links.length > 0 || !addressFromProvider;
  // Two accounts of one connection belong to two people. An account of a connection that does not merge stays separate, and
  // so does a person whose merge was undone.
  return links.some(
    ({ here, unmerged, policies }) => !here && !unmerged && policies.accountLinking === "MERGE_BY_EMAIL",
  );
}
