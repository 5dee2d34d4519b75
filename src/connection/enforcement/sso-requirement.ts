/**
 * What an organization needs before it requires single sign-on, and whom the requirement would shut out. The caller sees the
 * people first. The policy is stored only if the caller confirms their number, and the number is still right.
 */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { findAbleBreakGlass } from "../../people/user/break-glass/break-glass.rules.js";
import { showMember } from "../../people/user/user.access.js";
import { USER_COLUMNS, userFromRaw, type RawUser } from "../../people/user/user.repository.js";
import type { Member } from "../../people/user/user.js";
import type { RequireSso } from "../../people/organization/organization.operations.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { Failure } from "../../platform/errors/failure.js";
import { pageByKeyset, type Condition } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { CONFIRMATION_REQUIRED, SSO_REQUIREMENT_NOT_MET, type SsoRequirementObstacle } from "../failures.js";
import { findConnectionsOfOrganizations } from "../stored/connection.repository.js";

export interface SsoRequirement {
  readonly organizationId: string;
  readonly obstacles: readonly SsoRequirementObstacle[];
  /** The number of people whom the requirement would shut out. */
  readonly affectedUsers: number;
}

/**
 * What requiring single sign-on would do in an organization.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function readSsoRequirement(
  { reader }: Store,
  caller: Caller,
  organizationId: string,
): Promise<SsoRequirement> {
  requirePermission(caller, organizationId, "ORGANIZATION_WRITE");
  return await readRequirement(reader, organizationId);
}

/**
 * One page of the people whom the requirement would shut out, the oldest accounts first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listShutOut(
  { reader }: Store,
  caller: Caller,
  organizationId: string,
  args: PageArgs,
): Promise<Page<Member>> {
  requirePermission(caller, organizationId, "USERS_READ");
  const found = await pageByKeyset<RawUser>({
    reader,
    select: USER_COLUMNS,
    from: "app_user u",
    where: await selectShutOut(reader, organizationId),
    // Ids rise with time.
    order: [{ column: "u.id", kind: "text", direction: "ASC", read: (raw) => raw.id }],
    args,
  });
  return toPage(found, (raw) => showMember(caller, userFromRaw(raw), organizationId));
}

/**
 * Refuses the policy REQUIRED while something is missing, or until the caller confirms the number of people whom it
 * would shut out. The caller must have locked the organization.
 *
 * @throws SSO_REQUIREMENT_NOT_MET, CONFIRMATION_REQUIRED
 */
export const requireSso: RequireSso = async (unit, organizationId, confirmed) => {
  const { obstacles, affectedUsers } = await readRequirement(unit, organizationId);
  if (obstacles.length > 0) throw new Failure(SSO_REQUIREMENT_NOT_MET, { obstacles });
  if (affectedUsers !== (confirmed ?? 0)) throw new Failure(CONFIRMATION_REQUIRED, { affectedUsers, shutsOut: true });
};

async function readRequirement(reader: Reader, organizationId: string): Promise<SsoRequirement> {
  const obstacles: SsoRequirementObstacle[] = [];
  if ((await findAbleBreakGlass(reader, organizationId)).length === 0) obstacles.push("NO_BREAK_GLASS");
  if (!(await hasProvenConnection(reader, organizationId))) obstacles.push("NO_PROVEN_CONNECTION");
  const { sql, parameters } = await selectShutOut(reader, organizationId);
  const row = await reader.row<{ people: number | string }>(
    `SELECT COUNT(*) AS people FROM app_user u WHERE ${sql}`,
    parameters,
  );
  return { organizationId, obstacles, affectedUsers: Number(row?.people ?? 0) };
}

/** Whether a person has signed in through an active connection. A connection that nobody used may not work. */
async function hasProvenConnection(reader: Reader, organizationId: string): Promise<boolean> {
  const row = await reader.row(
    `SELECT c.id FROM sso_connection c JOIN identity i ON i.connection_id = c.id AND i.last_signed_in_at IS NOT NULL
      WHERE c.organization_id = ? AND c.state = 'ACTIVE' LIMIT 1`,
    [organizationId],
  );
  return row !== undefined;
}

/**
 * The active password accounts that no active connection opens. Prepared SSO accounts are not among them: the requirement
 * changes nothing for their people.
 */
async function selectShutOut(reader: Reader, organizationId: string): Promise<Condition> {
  const connections = (await findConnectionsOfOrganizations(reader, [organizationId])).get(organizationId) ?? [];
  const active = connections.filter(({ state }) => state === "ACTIVE");
  // While a connection does not merge, sign-ins do not follow the links that merging made. Such a link opens no
  // account.
  const merging = active.filter(({ policies }) => policies.accountLinking === "MERGE_BY_EMAIL");
  const among = (list: readonly { readonly id: string }[]) => (list.length === 0 ? "NULL" : placeholders(list));
  return {
    sql: `u.home_organization_id = ? AND u.status = 'ACTIVE' AND u.auth_method = 'PASSWORD' AND u.is_break_glass = ?
      AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.user_id = u.id AND i.retired_at IS NULL
        AND ((i.link_kind = 'OWN' AND i.connection_id IN (${among(active)})) OR i.connection_id IN (${among(merging)})))`,
    parameters: [organizationId, false, ...active.map(({ id }) => id), ...merging.map(({ id }) => id)],
  };
}
