/**
 * Moving people from one connection to another of the same organization, one or many, with a preview: the links of the first
 * connection become links of the second, under the same issuer and subject. Where the second is another provider, which
 * knows people by other subjects, a moved link waits there for its person's address (see `provisioning`).
 */
import { causeOf, scopeFor, type Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { Failure, INVALID_INPUT, NOT_FOUND, type FieldIssue } from "../../platform/errors/failure.js";
import { requireHoldingUser } from "../../people/role/require-holding-user.js";
import { findUsers } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { IDENTITY_TAKEN } from "../failures.js";
import type { ConnectionServices } from "../services.js";
import type { Connection } from "../stored/connection.js";
import { findConnection } from "../stored/connection.repository.js";
import { movePerson } from "./identity.changes.js";
import { lockFor } from "./identity.operations.js";
import { findFollowedLinks, findLinks } from "./identity.repository.js";
import type { Identity } from "./identity.js";

/** People in one request at most: all of them are one unit of work, for which others of the organization wait. */
export const MOST_PEOPLE_AT_ONCE = 500;

export interface RelinkManyInput {
  readonly fromConnectionId: string;
  readonly toConnectionId: string;
  /** Whom to move; absent moves everybody, as many as one request takes. */
  readonly userIds?: readonly string[] | null;
  /** Changes nothing, and answers what would become of each. */
  readonly dryRun?: boolean | null;
}

/** What became, or would become, of one person. */
export interface RelinkResult {
  readonly userId: string;
  /** `null` where the user has no link at the connection. */
  readonly identityId: string | null;
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly ok: boolean;
  /** Why not; `null` when it was done. */
  readonly code: string | null;
  readonly message: string | null;
}

/** What became of everybody, and whether there is more to do. */
export interface RelinkedMany {
  readonly results: readonly RelinkResult[];
  /** Whether the connection has more people than one request takes. */
  readonly hasMore: boolean;
}

/** One link with what speaks against moving it, if anything does. */
interface Planned {
  readonly link: Identity;
  readonly user: User;
  readonly refusal: Failure | null;
}

/**
 * Moves people. Who cannot be moved is told why, and the others are moved.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (a connection), INVALID_INPUT
 */
export async function relinkIdentities(
  services: ConnectionServices,
  caller: Caller,
  input: RelinkManyInput,
): Promise<RelinkedMany> {
  const { from, to } = await readConnections(services, caller, input);
  const userIds = input.userIds == null ? null : [...new Set(input.userIds)];
  if (input.dryRun === true) return describe(await plan(services.reader, caller, { from, to, userIds }), userIds);
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const { organization, connection } = await lockFor(unit, from);
    const target = await lockFor(unit, to);
    const planned = await plan(unit, caller, { from: connection, to: target.connection, userIds });
    for (const { link, user, refusal } of planned.slice(0, MOST_PEOPLE_AT_ONCE))
      if (refusal === null) await movePerson(unit, organization, link, { connectionId: to.id, user });
    return describe(planned, userIds);
  });
}

async function readConnections(
  { reader }: ConnectionServices,
  caller: Caller,
  { fromConnectionId, toConnectionId, userIds }: RelinkManyInput,
): Promise<{ readonly from: Connection; readonly to: Connection }> {
  const scope = scopeFor(caller, "USERS_WRITE");
  const from = await findConnection(reader, scope, fromConnectionId);
  const to = await findConnection(reader, scope, toConnectionId);
  if (from === null || to === null) throw new Failure(NOT_FOUND, { type: "connection" });
  const fields: FieldIssue[] = [];
  if (from.id === to.id || from.organizationId !== to.organizationId)
    fields.push({
      path: "toConnectionId",
      code: "INVALID",
      message: "must be another connection of the same organization",
    });
  if ((userIds?.length ?? 0) > MOST_PEOPLE_AT_ONCE) {
    const message = `must name at most ${MOST_PEOPLE_AT_ONCE} users; send the others with further requests`;
    fields.push({ path: "userIds", code: "INVALID", message });
  }
  if (fields.length > 0) throw new Failure(INVALID_INPUT, { fields });
  return { from, to };
}

/** Finds whom to move, one more than a request takes, and what speaks against each. */
async function plan(
  reader: Reader | UnitOfWork,
  caller: Caller,
  {
    from,
    to,
    userIds,
  }: { readonly from: Connection; readonly to: Connection; readonly userIds: readonly string[] | null },
): Promise<readonly Planned[]> {
  const merges = from.policies.accountLinking === "MERGE_BY_EMAIL";
  const links = await findFollowedLinks(reader, from.id, { merges, userIds, limit: MOST_PEOPLE_AT_ONCE + 1 });
  const users = await findUsers(reader, [...new Set(links.map(({ userId }) => userId))]);
  const planned: Planned[] = [];
  for (const link of links) {
    const user = users.get(link.userId);
    if (user !== undefined) planned.push({ link, user, refusal: await findRefusal(reader, caller, link, to) });
  }
  return planned;
}

/** Who is moved is vouched for by the other provider from then on, so the caller must hold what the person holds. */
async function findRefusal(reader: Reader, caller: Caller, link: Identity, to: Connection): Promise<Failure | null> {
  const { own, merged } = await findLinks(reader, to.id, link.issuer, link.subject);
  if ([own, merged].some((there) => there !== null && there.userId !== link.userId))
    return new Failure(IDENTITY_TAKEN, {}) as Failure;
  try {
    await requireHoldingUser(reader, caller, link.userId);
    return null;
  } catch (error) {
    if (error instanceof Failure) return error as Failure;
    throw error;
  }
}

function describe(planned: readonly Planned[], userIds: readonly string[] | null): RelinkedMany {
  const told = planned.slice(0, MOST_PEOPLE_AT_ONCE);
  const results = told.map(({ link, refusal }) => ({
    userId: link.userId,
    identityId: link.id,
    issuer: link.issuer,
    subject: link.subject,
    ok: refusal === null,
    code: refusal?.code ?? null,
    message: refusal?.message ?? null,
  }));
  const { code, message } = new Failure(NOT_FOUND, { type: "identity" });
  const absent = (userIds ?? []).filter((userId) => !told.some(({ link }) => link.userId === userId));
  const missing = absent.map((userId) => ({
    userId,
    identityId: null,
    issuer: null,
    subject: null,
    ok: false,
    code,
    message,
  }));
  return { results: [...results, ...missing], hasMore: planned.length > told.length };
}
