/**
 * What switching `accountLinking` does to people: turning merging off hides the links that it made, turning it on brings them
 * back and may join further accounts. Both are shown first, and carried out only when the number that was seen still holds.
 */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader, SqlValue } from "../../platform/database/database.js";
import { Failure } from "../../platform/errors/failure.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { endSessionsThrough } from "../../people/session/end-sessions-through.js";
import { USER_COLUMNS, userFromRaw, type RawUser } from "../../people/user/user.repository.js";
import type { Member } from "../../people/user/user.js";
import { CONFIRMATION_REQUIRED } from "../failures.js";
import type { Connection } from "./connection.js";
import { findConnectionsOfOrganizations } from "./connection.repository.js";
import type { ConnectionPolicies } from "./policies.js";

type AccountLinking = ConnectionPolicies["accountLinking"];

/** A switch to look at. */
export interface LinkingSwitch {
  readonly connection: Connection;
  readonly accountLinking: AccountLinking;
}

interface Condition {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** How many users may be led to another account at their next sign-in through a connection than now. */
export async function countAffectedUsers(reader: Reader, change: LinkingSwitch): Promise<number> {
  const condition = await findCondition(reader, change);
  if (condition === null) return 0;
  const row = await reader.row<{ users: number | string }>(
    `SELECT COUNT(*) AS users FROM app_user u WHERE ${condition.sql}`,
    condition.parameters,
  );
  return Number(row?.users ?? 0);
}

/**
 * Those users, in the order in which they were made.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, and INVALID_INPUT for a broken cursor
 */
export async function listAffectedUsers(
  { reader }: Store,
  caller: Caller,
  change: LinkingSwitch,
  page: PageArgs,
): Promise<Page<Member>> {
  const { organizationId } = change.connection;
  requirePermission(caller, organizationId, "USERS_READ");
  const condition = await findCondition(reader, change);
  const found = await pageByKeyset<RawUser>({
    reader,
    select: USER_COLUMNS,
    from: "app_user u",
    where: condition ?? { sql: "u.id IS NULL", parameters: [] },
    order: [{ column: "u.id", kind: "text", direction: "ASC", read: (raw) => raw.id }],
    args: page,
  });
  return toPage(found, (raw) => ({ ...userFromRaw(raw), organizationId }));
}

/**
 * Asks for the number of affected users before a switch, and ends the sessions of those whose links it hides: the account
 * that they are in is not theirs any more.
 *
 * @param confirmed the number that the caller has seen; absent is enough where nobody is affected
 * @returns how many sessions ended
 * @throws CONFIRMATION_REQUIRED
 */
export async function switchAccountLinking(
  unit: UnitOfWork,
  change: LinkingSwitch,
  confirmed: number | null,
): Promise<number> {
  const { connection, accountLinking } = change;
  if (accountLinking === connection.policies.accountLinking) return 0;
  const affectedUsers = await countAffectedUsers(unit, change);
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

/** Which users are affected, of the table alias `u`; `null` for nobody: nothing but merging makes links that come and go. */
async function findCondition(reader: Reader, { connection, accountLinking }: LinkingSwitch): Promise<Condition | null> {
  const before = connection.policies.accountLinking;
  if (before === accountLinking) return null;
  const linked: Condition = {
    sql: `u.id IN (SELECT i.user_id FROM identity i
            WHERE i.connection_id = ? AND i.link_kind = 'MERGED' AND i.retired_at IS NULL)`,
    parameters: [connection.id],
  };
  if (before === "MERGE_BY_EMAIL") return linked;
  if (accountLinking !== "MERGE_BY_EMAIL") return null;
  const joining = await findJoining(reader, connection);
  return { sql: `(${linked.sql} OR ${joining.sql})`, parameters: [...linked.parameters, ...joining.parameters] };
}

/**
 * Whom merging may join to another account once it is on: people with an account of their own whose address an account with
 * a password has, or one that came with it through another connection that merges. Whether the address is verified shows
 * at the sign-in only.
 */
async function findJoining(reader: Reader, { id, organizationId }: Connection): Promise<Condition> {
  const connections = (await findConnectionsOfOrganizations(reader, [organizationId])).get(organizationId) ?? [];
  const merging = connections
    .filter((each) => each.id !== id && each.policies.accountLinking === "MERGE_BY_EMAIL")
    .map((each) => each.id);
  const fromElsewhere =
    merging.length === 0
      ? ""
      : `OR EXISTS (SELECT 1 FROM identity e WHERE e.user_id = o.id AND e.email_key = i.email_key
            AND e.retired_at IS NULL AND COALESCE(e.email_verified, 1) = 1 AND e.connection_id IN (${merging.map(() => "?").join(", ")}))`;
  return {
    sql: `u.id IN (SELECT i.user_id FROM identity i
            JOIN app_user o ON o.home_organization_id = ? AND o.email_key = i.email_key AND o.id <> i.user_id
           WHERE i.connection_id = ? AND i.link_kind = 'OWN' AND i.retired_at IS NULL AND o.is_operator = 0
             AND NOT EXISTS (SELECT 1 FROM identity m WHERE m.key_hash = i.key_hash AND m.link_kind = 'MERGED')
             AND (o.auth_method = 'PASSWORD' ${fromElsewhere}))`,
    parameters: [organizationId, id, ...merging],
  };
}
