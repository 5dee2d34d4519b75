/**
 * Finds the account to which merging leads a person. All accounts of an organization that an address may join have one
 * *meeting account*. Every connection that merges leads there, whatever the order of sign-ins and switches. Pure: a sign-in
 * decides by these functions, and the effect of a switch is counted by them.
 */
import type { AddressHolder, User } from "../../people/user/user.js";
import type { ConnectionPolicies } from "../stored/policies.js";

/** The policies on which merging depends. */
export type MergingPolicies = Pick<ConnectionPolicies, "accountLinking" | "requireVerifiedEmail">;

/**
 * A link of another person at a provider that carries the arrival's address: the provider sent the address last.
 * @internal
 */
export interface AddressLink {
  /** Whether it is a link of the arrival's connection. */
  readonly here: boolean;
  /** What that provider said of the address. */
  readonly emailVerified: boolean | null;
  /** Whether a merge of that person under this address was undone: they stay apart from then on. */
  readonly unmerged: boolean;
  /** Of the connection that the link belongs to. */
  readonly policies: MergingPolicies;
}

/**
 * An account of the organization that has the arrival's address: as its own, by a provider that gives the account its address
 * and sent this one last, or because merging led somebody there by it.
 */
export interface MergeCandidate extends AddressHolder {
  /** The links of the account that carry the address, of every connection, without those of the arriving person. */
  readonly links: readonly AddressLink[];
  /** Whether a provider gave the account its address, and not the organization or the person. */
  readonly addressFromProvider: boolean;
}

/** A person at a provider and all that decides where merging leads them. */
export interface MergingPerson {
  /** Of the person's connection. */
  readonly policies: MergingPolicies;
  /** The address that the provider sends, folded; `null` where it sends none. */
  readonly emailKey: string | null;
  /** What the provider says of that address. */
  readonly emailVerified: boolean | null;
  /** Whether the organization has proved the domain of the address by DNS. */
  readonly domainProved: boolean;
  /** Whether another subject of the connection has the address. */
  readonly addressOfAnotherSubject: boolean;
  /** The account that came with the person, or was prepared for them. */
  readonly own: { readonly user: Pick<User, "id"> } | null;
  /** Whether the provider has sent the address for the own account ever since it came with the person. */
  readonly ownAddressKept: boolean;
  /** The account that merging joined the person to, the address by which, and whether its person runs the installation. */
  readonly merged: {
    readonly user: Pick<User, "id">;
    readonly emailKey: string | null;
    readonly operator: boolean;
  } | null;
  /** Whether a merge of the person was undone, or ended by another address: they are never merged again. */
  readonly unmerged: boolean;
  readonly candidates: readonly MergeCandidate[];
}

/** Why a link that merging made ends: the provider sends another address, or another account is the meeting account. */
export type MergeEnd = "ADDRESS_CHANGED" | "MEETING_ACCOUNT_CHANGED";

/** Where the links of a person lead, and whether the link that merging made ends by it. */
export type LinkOutcome =
  | { readonly kind: "own"; readonly ends: MergeEnd | null }
  | { readonly kind: "merged" }
  | { readonly kind: "join"; readonly candidate: MergeCandidate; readonly ends: MergeEnd | null }
  /** An account of their own that they do not have yet. */
  | { readonly kind: "new"; readonly ends: MergeEnd | null }
  /** No link leads anywhere. */
  | { readonly kind: "unlinked" };

/** Decides where the links of a person lead, and whether merging leads them to another account than these. */
export function followLinks(person: MergingPerson): LinkOutcome {
  const { own, emailKey } = person;
  const merges = person.policies.accountLinking === "MERGE_BY_EMAIL";
  const merged = merges ? person.merged : null;
  const alone = (ends: MergeEnd | null): LinkOutcome => ({ kind: own === null ? "new" : "own", ends });
  // No link that merging made reaches an operator, however long it has been there.
  if (merged?.operator) return alone(null);
  // The merge was by the address. With a different address they get an account of their own, never somebody else's.
  if (merged !== null && emailKey !== null && merged.emailKey !== emailKey) return alone("ADDRESS_CHANGED");
  const present = merged ?? own;
  if (present === null) return { kind: "unlinked" };
  const meeting = merges && (merged !== null || person.ownAddressKept) ? findMeetingAccount(person) : null;
  if (meeting === null || meeting.user.id === present.user.id)
    return merged === null ? { kind: "own", ends: null } : { kind: "merged" };
  const ends = merged === null ? null : "MEETING_ACCOUNT_CHANGED";
  return meeting.user.id === own?.user.id ? { kind: "own", ends } : { kind: "join", candidate: meeting, ends };
}

/** The account where everybody meets who has the person's address, or `null` where the person may join none. */
export function findMeetingAccount(person: MergingPerson): MergeCandidate | null {
  if (person.emailKey === null || person.unmerged || person.addressOfAnotherSubject || !isProved(person)) return null;
  return orderCandidates(person.candidates.filter((candidate) => isJoinable(candidate, person)))[0] ?? null;
}

/**
 * The accounts that may be joined at all, the first choice first: accounts in force before others, then those with a
 * password, then the oldest.
 */
export function orderCandidates(candidates: readonly MergeCandidate[]): readonly MergeCandidate[] {
  return candidates
    .filter(({ operator }) => !operator)
    .toSorted(
      ({ user: left }, { user: right }) =>
        STANDINGS[left.status] - STANDINGS[right.status] ||
        Number(right.authMethod === "PASSWORD") - Number(left.authMethod === "PASSWORD") ||
        left.createdAt.getTime() - right.createdAt.getTime() ||
        (left.id < right.id ? -1 : 1),
    );
}

/** Active accounts come first, then those that wait for approval; disabled and archived accounts come last. */
const STANDINGS: Readonly<Record<User["status"], number>> = {
  ACTIVE: 0,
  INVITED: 0,
  PENDING_APPROVAL: 1,
  DISABLED: 2,
  ARCHIVED: 2,
};

/** Whether the person's address is as good as `requireVerifiedEmail` asks. An explicit "not verified" never is. */
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
 * Whether merging may lead a person to an account. The account is theirs already, has a password, or came with the address
 * through another connection that merges. Every link that enters it with this address must be verified as the person's
 * connection and the link's own connection ask. Otherwise an attacker who gets a provider to send somebody else's address
 * could make an account there and wait in it for that person (pre-hijacking). An unproved address of a password account is no
 * obstacle: merging takes the password away.
 */
function isJoinable(
  { user, links, addressFromProvider }: MergeCandidate,
  { policies: { requireVerifiedEmail }, domainProved, own, merged }: MergingPerson,
): boolean {
  const isEnough = ({ emailVerified, policies }: AddressLink) =>
    isWordEnough(emailVerified, requireVerifiedEmail || policies.requireVerifiedEmail, domainProved);
  if (!links.every(isEnough)) return false;
  if ([own, merged].some((theirs) => theirs?.user.id === user.id)) return true;
  // Where a mapping makes the address from another claim, the provider has not vouched for it, and no link carries it.
  if (user.authMethod === "PASSWORD") return links.length > 0 || !addressFromProvider;
  // Two accounts of one connection are two people; an account of a connection that does not merge is its own; and nobody
  // follows a person whose merge was undone.
  return links.some(
    ({ here, unmerged, policies }) => !here && !unmerged && policies.accountLinking === "MERGE_BY_EMAIL",
  );
}
