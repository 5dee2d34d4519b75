/**
 * Finds the people that a switch of `accountLinking` affects. Switching merging off hides the links that merging made.
 * Switching it on brings these links back and may join further people to accounts. The caller sees the affected users
 * first. The switch is stored only if the caller confirms the number of affected users, and the number is still right.
 */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { Failure } from "../../platform/errors/failure.js";
import { pageOfIds, type Condition } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { domainOf } from "../../people/domain/domain.js";
import { findDomainsOfOrganizations } from "../../people/domain/domain.repository.js";
import { findOrganization } from "../../people/organization/organization.repository.js";
import { endSessionsThrough } from "../../people/session/end-sessions-through.js";
import { showMember } from "../../people/user/user.access.js";
import { findUsers } from "../../people/user/user.repository.js";
import type { Member } from "../../people/user/user.js";
import { CONFIRMATION_REQUIRED } from "../failures.js";
import { isAddressKept, loadAddressBook } from "../identity/address-book.js";
import { findLinkedPeople, type LinkedPerson } from "../identity/linked-people.repository.js";
import { followLinks, type MergingPerson, type MergingPolicies } from "../identity/meeting-account.js";
import type { Connection } from "./connection.js";
import type { ConnectionPolicies } from "./policies.js";

type AccountLinking = ConnectionPolicies["accountLinking"];

export interface LinkingSwitch {
  readonly connection: Connection;
  readonly accountLinking: AccountLinking;
}

/**
 * The ids of the users whose next sign-in leads to a different account because of the switch, sorted. The sign-in may be
 * through any connection. A person who has a merged link now is listed with the account of that link. Every other person is
 * listed with their own account.
 */
export async function findAffectedUsers(
  reader: Reader,
  { connection, accountLinking }: LinkingSwitch,
): Promise<readonly string[]> {
  const before = connection.policies.accountLinking;
  // A switch affects users only if it turns merging on or off.
  if (before === accountLinking || (before !== "MERGE_BY_EMAIL" && accountLinking !== "MERGE_BY_EMAIL")) return [];
  const { people, policies, see } = await loadPeople(reader, connection);
  const switched = new Map([...policies, [connection.id, { ...connection.policies, accountLinking }]]);
  const affected = people.filter((person) => {
    const now = see(person, policies);
    const next = destinationOf(see(person, switched));
    return next !== destinationOf(now) && next !== presentOf(now);
  });
  const userIds = affected.flatMap(({ own, merged }) => (merged ?? own)?.userId ?? []);
  return [...new Set(userIds)].toSorted();
}

/**
 * One page of affected users, the oldest first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, and INVALID_INPUT for a broken cursor
 */
export async function listAffectedUsers(
  { reader }: Store,
  caller: Caller,
  { organizationId, userIds }: { readonly organizationId: string; readonly userIds: readonly string[] },
  page: PageArgs,
): Promise<Page<Member>> {
  requirePermission(caller, organizationId, "USERS_READ");
  const found = pageOfIds("u.id", userIds, page);
  const users = await findUsers(reader, found.rows);
  const rows = found.rows.flatMap((id) => users.get(id) ?? []);
  return toPage({ ...found, rows, cursorOf: ({ id }) => found.cursorOf(id) }, (user) =>
    showMember(caller, user, organizationId),
  );
}

/**
 * Refuses a switch until the caller confirms the number of affected users. Ends the sessions of people whose links the
 * switch hides, because these people then sign in to a different account.
 *
 * @param confirmed the number that the caller has seen; `null` if no user is affected
 * @returns the number of ended sessions
 * @throws CONFIRMATION_REQUIRED
 */
export async function switchAccountLinking(
  unit: UnitOfWork,
  change: LinkingSwitch,
  confirmed: number | null,
): Promise<number> {
  const { connection, accountLinking } = change;
  if (accountLinking === connection.policies.accountLinking) return 0;
  const affectedUsers = (await findAffectedUsers(unit, change)).length;
  if (affectedUsers !== (confirmed ?? 0)) throw new Failure(CONFIRMATION_REQUIRED, { affectedUsers });
  if (connection.policies.accountLinking !== "MERGE_BY_EMAIL") return 0;
  const rows = await unit.rows<{ user_id: string }>(
    "SELECT DISTINCT user_id FROM identity WHERE connection_id = ? AND link_kind = 'MERGED' AND retired_at IS NULL",
    [connection.id],
  );
  return await endSessionsThrough(
    unit,
    connection.id,
    rows.map((row) => row.user_id),
  );
}

/** The id of the account to which a person's next sign-in leads; `null` if that account does not exist yet. */
function destinationOf(person: MergingPerson): string | null {
  const outcome = followLinks(person);
  switch (outcome.kind) {
    case "own":
      return person.own?.user.id ?? null;
    case "merged":
      return person.merged?.user.id ?? null;
    case "join":
      return outcome.candidate.user.id;
    case "new":
    case "unlinked":
      return null;
  }
}

/** The id of the account to which the person's links lead now; `null` without a link. */
function presentOf({ policies, own, merged }: MergingPerson): string | null {
  const followed = policies.accountLinking === "MERGE_BY_EMAIL" && merged?.user.breakGlass === false ? merged : own;
  return followed?.user.id ?? null;
}

type PoliciesByConnection = ReadonlyMap<string, MergingPolicies>;

interface People {
  readonly people: readonly LinkedPerson[];
  /** The current policies of the organization's connections. */
  readonly policies: PoliciesByConnection;
  /**
   * The person at their next sign-in under these policies. The function assumes that the provider sends the same
   * address as last time.
   */
  readonly see: (person: LinkedPerson, policies: PoliciesByConnection) => MergingPerson;
}

/** Loads the people that a switch may affect, in a fixed number of queries. */
async function loadPeople(reader: Reader, connection: Connection): Promise<People> {
  const { organizationId } = connection;
  const organization = await findOrganization(reader, organizationId, organizationId);
  if (organization === null) throw new Error(`connection ${connection.id} has no organization`);
  const addresses = selectAddresses(connection);
  const { fieldPrecedence: precedence } = organization.policies;
  const book = await loadAddressBook(reader, { organizationId, addresses, precedence });
  const people = await findLinkedPeople(reader, organizationId, { addresses, mergedAt: connection.id });
  const domains = (await findDomainsOfOrganizations(reader, [organizationId])).get(organizationId) ?? [];
  const proved = new Set(domains.filter(({ verifiedAt }) => verifiedAt !== null).map(({ domain }) => domain));
  const see: People["see"] = ({ latest, own, merged, unmerged }, policiesOf) => {
    const { connectionId, emailKey, emailVerified } = latest;
    const policies = policiesOf.get(connectionId);
    if (policies === undefined)
      throw new Error(`identity ${latest.id} does not belong to a connection of the organization`);
    const addressOfAnotherSubject = emailKey !== null && book.isOfAnotherSubject(latest, emailKey);
    const isBreakGlass = (userId: string) => book.accountOf(userId)?.user.breakGlass ?? false;
    return {
      policies,
      emailKey,
      emailVerified,
      domainProved: emailKey !== null && proved.has(domainOf(emailKey)),
      addressOfAnotherSubject,
      own: own && { user: { id: own.userId } },
      ownAddressKept: own !== null && isAddressKept(own, emailKey, book.providerAddressOf(own.userId)),
      merged: merged && {
        user: { id: merged.userId, breakGlass: isBreakGlass(merged.userId) },
        emailKey: merged.emailKey,
      },
      unmerged,
      candidates: emailKey === null || addressOfAnotherSubject ? [] : book.candidatesFor(latest, emailKey, policiesOf),
    };
  };
  return { people, policies: book.policies, see };
}

/**
 * Selects the addresses of a connection's people that merging depends on: addresses that also lead to another account,
 * and addresses of merged links.
 */
function selectAddresses({ id, organizationId }: Connection): Condition {
  return {
    sql: `IN (SELECT x.email_key FROM identity x
               WHERE x.connection_id = ? AND x.retired_at IS NULL AND x.email_key IS NOT NULL
                 AND (x.link_kind = 'MERGED'
                   OR EXISTS (SELECT 1 FROM app_user a
                      WHERE a.home_organization_id = ? AND a.email_key = x.email_key AND a.id <> x.user_id)
                   OR EXISTS (SELECT 1 FROM sso_connection y JOIN identity z ON z.connection_id = y.id
                      WHERE y.organization_id = ? AND z.email_key = x.email_key AND z.retired_at IS NULL
                        AND z.user_id <> x.user_id)))`,
    parameters: [id, organizationId, organizationId],
  };
}
