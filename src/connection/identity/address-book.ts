/**
 * Loads who has which address in an organization: accounts, the links that carry it, and what gave it. A fixed number of
 * queries, for the address of one arrival as for all addresses that a switch of policy concerns.
 */
import type { Reader, SqlValue } from "../../platform/database/database.js";
import type { Condition } from "../../platform/graphql/keyset.js";
import { chooseWinners, type FieldSource, type FieldValue } from "../../people/user/profile/field.js";
import { findEmailsOf } from "../../people/user/profile/field.repository.js";
import { findAddressHolders } from "../../people/user/user.repository.js";
import type { AddressHolder } from "../../people/user/user.js";
import { foldCase } from "../../platform/text.js";
import { findConnectionsOfOrganizations } from "../stored/connection.repository.js";
import { findIdentitiesWithAddress } from "./linked-people.repository.js";
import { identityKey, type Identity, type PersonAtProvider } from "./identity.js";
import type { MergeCandidate, MergingPolicies } from "./meeting-account.js";

/** Which addresses a book holds, and of which organization. */
export interface AddressBookQuery {
  readonly organizationId: string;
  /** What follows the column of a folded address: `= ?`, `IN (SELECT …)`. */
  readonly addresses: Condition;
  readonly precedence: readonly FieldSource[];
  /** How many accounts of one address are of interest. */
  readonly accountsOfAddress?: number;
}

/** Who has which address. */
export interface AddressBook {
  /** The policies of the organization's connections. */
  readonly policies: ReadonlyMap<string, MergingPolicies>;
  /** The accounts that a person with an address may meet in, seen under the policies of connections. */
  readonly candidatesFor: (
    person: PersonAtProvider,
    emailKey: string,
    policies: ReadonlyMap<string, MergingPolicies>,
  ) => readonly MergeCandidate[];
  /** Whether another person of the same connection has the address. */
  readonly isOfAnotherSubject: (person: PersonAtProvider, emailKey: string) => boolean;
  /** The account, where it has an address of the book. */
  readonly accountOf: (userId: string) => AddressHolder | null;
  /** What providers said last of an account's address. */
  readonly toldAddressOf: (userId: string) => FieldValue | null;
}

/** Accounts of one address of which merging chooses one; more share an address by mistake only. */
export const MOST_ACCOUNTS_OF_ADDRESS = 100;

/** Loads the accounts and links of several addresses. */
export async function loadAddressBook(reader: Reader, query: AddressBookQuery): Promise<AddressBook> {
  const { organizationId, addresses, precedence } = query;
  const accounts = selectAccounts(organizationId, addresses);
  const holders = await findAddressHolders(reader, accounts, query.accountsOfAddress ?? null);
  const links = await findIdentitiesWithAddress(reader, organizationId, addresses);
  const emails = await findEmailsOf(reader, accounts);
  const connections = (await findConnectionsOfOrganizations(reader, [organizationId])).get(organizationId) ?? [];
  const holderById = new Map(holders.map((holder) => [holder.user.id, holder]));
  const linksByAddress = groupBy(links, ({ emailKey }) => emailKey);
  const holdersByAddress = groupBy(holders, ({ user }) => foldCase(user.email));
  const unmerged = new Set(links.filter(isUnmerged).map((link) => addressOf(link)));

  const activeLinks = (emailKey: string) =>
    (linksByAddress.get(emailKey) ?? []).filter(({ retiredAt }) => retiredAt === null);
  const isFromProvider = (userId: string) =>
    chooseWinners(emails.get(userId) ?? [], precedence).get("email")?.source === "SSO";
  // Providers that send an account different addresses take turns in giving it one. Which sent its last must not matter.
  const accountsOf = (emailKey: string): ReadonlySet<AddressHolder> => {
    const joined = activeLinks(emailKey)
      .filter(({ linkKind, userId }) => linkKind === "MERGED" || isFromProvider(userId))
      .flatMap(({ userId }) => holderById.get(userId) ?? []);
    return new Set([...(holdersByAddress.get(emailKey) ?? []), ...joined]);
  };
  return {
    policies: new Map(connections.map(({ id, policies }) => [id, policies])),
    candidatesFor: (person, emailKey, policiesOf) => {
      const others = activeLinks(emailKey).filter((link) => !isSamePerson(link, person));
      return [...accountsOf(emailKey)].map((holder) => ({
        ...holder,
        links: others.flatMap((link) => {
          const policies = policiesOf.get(link.connectionId);
          if (policies === undefined || link.userId !== holder.user.id) return [];
          const here = link.connectionId === person.connectionId;
          return [{ here, emailVerified: link.emailVerified, unmerged: unmerged.has(addressOf(link)), policies }];
        }),
        addressFromProvider: isFromProvider(holder.user.id),
      }));
    },
    isOfAnotherSubject: (person, emailKey) =>
      activeLinks(emailKey).some((link) => link.connectionId === person.connectionId && !isSamePerson(link, person)),
    accountOf: (userId) => holderById.get(userId) ?? null,
    toldAddressOf: (userId) => emails.get(userId)?.find(({ source }) => source === "SSO") ?? null,
  };
}

/** Whether a provider has sent an address for an account ever since the link: its word on it is as old as the link. */
export function isAddressKept(link: Identity, emailKey: string | null, told: FieldValue | null): boolean {
  if (emailKey === null || link.emailKey !== emailKey || told === null) return false;
  return foldCase(told.value) === link.emailKey && told.givenAt <= link.createdAt;
}

/** The ids of the accounts that have an address, or that a link leads to which carries it. */
function selectAccounts(organizationId: string, { sql, parameters }: Condition): Condition {
  const both: SqlValue[] = [organizationId, ...parameters, organizationId, ...parameters];
  return {
    sql: `SELECT o.id FROM app_user o WHERE o.home_organization_id = ? AND o.email_key ${sql}
           UNION SELECT l.user_id FROM identity l JOIN sso_connection c ON c.id = l.connection_id
            WHERE c.organization_id = ? AND l.retired_at IS NULL AND l.email_key ${sql}`,
    parameters: both,
  };
}

function isUnmerged({ linkKind, retiredAt }: Identity): boolean {
  return linkKind === "MERGED" && retiredAt !== null;
}

function isSamePerson(link: Identity, { connectionId, issuer, subject }: PersonAtProvider): boolean {
  return link.connectionId === connectionId && link.issuer === issuer && link.subject === subject;
}

/** A person under an address. */
function addressOf({ connectionId, issuer, subject, emailKey }: Identity): string {
  return `${identityKey(connectionId, issuer, subject)} ${emailKey ?? ""}`;
}

function groupBy<Key, Value>(
  values: readonly Value[],
  keyOf: (value: Value) => Key,
): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
