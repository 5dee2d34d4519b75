/**
 * Loads the accounts and links of an organization that have one of the given e-mail addresses, and where each address
 * came from. The number of queries does not depend on the number of addresses. A sign-in asks for one address, and a
 * switch of policy for many.
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

export interface AddressBookQuery {
  readonly organizationId: string;
  /** Selects folded addresses: the part of a condition after the column, `= ?` or `IN (SELECT …)`. */
  readonly addresses: Condition;
  readonly precedence: readonly FieldSource[];
  /** The most accounts to load per address; all accounts if left out. */
  readonly accountsOfAddress?: number;
}

export interface AddressBook {
  /** The policies of the organization's connections, by connection id. */
  readonly policies: ReadonlyMap<string, MergingPolicies>;
  /** The accounts that merging may choose for an address if the connections have these policies, by connection id. */
  readonly candidatesFor: (
    person: PersonAtProvider,
    emailKey: string,
    policies: ReadonlyMap<string, MergingPolicies>,
  ) => readonly MergeCandidate[];
  /** Whether a different person at the same connection has the address. */
  readonly isOfAnotherSubject: (person: PersonAtProvider, emailKey: string) => boolean;
  /** The account with this id; `null` if neither the account nor a link to it has one of the loaded addresses. */
  readonly accountOf: (userId: string) => AddressHolder | null;
  /** The address that a provider last sent for an account. */
  readonly providerAddressOf: (userId: string) => FieldValue | null;
}

/**
 * The most accounts with the same address that a sign-in considers for merging. More accounts share an address only by
 * mistake.
 */
export const MOST_ACCOUNTS_OF_ADDRESS = 100;

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
  // If two providers send different addresses for one account, each sign-in changes the account's address. The result
  // must not depend on which provider was last, so an account is found by the addresses of its links, too.
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
    providerAddressOf: (userId) => emails.get(userId)?.find(({ source }) => source === "SSO") ?? null,
  };
}

/** Whether a provider has sent this address for the account ever since the link was made. */
export function isAddressKept(link: Identity, emailKey: string | null, sent: FieldValue | null): boolean {
  if (emailKey === null || link.emailKey !== emailKey || sent === null) return false;
  return foldCase(sent.value) === link.emailKey && sent.givenAt <= link.createdAt;
}

/**
 * Selects the ids of the accounts that have one of the addresses, or to which a link with one of the addresses leads.
 */
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
