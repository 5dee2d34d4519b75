/**
 * Moves the links of one or many people, with a preview. A link that moves to a different connection of the organization keeps
 * its issuer and subject. If that connection has a different provider with different subjects, the link waits there until its
 * person signs in with their address (see `provisioning`). Inside one connection whose issuer changed, links move from the old
 * issuer to the new one and keep their subject.
 */
import { causeOf, scopeFor, type Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { Failure, INVALID_INPUT, NOT_FOUND, type FieldIssue } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { requireHoldingUser } from "../../people/role/require-holding-user.js";
import { findUsers } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { IDENTITY_TAKEN } from "../failures.js";
import type { ConnectionServices } from "../services.js";
import type { Connection } from "../stored/connection.js";
import { findConnection } from "../stored/connection.repository.js";
import { storedIssuerOf } from "../stored/issuer-change.js";
import { movePerson, renameIssuer } from "./identity.changes.js";
import { LONGEST_IDENTIFIER, lockFor } from "./identity.operations.js";
import { findLinks, findLinksOfPerson } from "./identity.repository.js";
import type { Identity } from "./identity.js";
import { findFollowedLinks } from "./linked-people.repository.js";

/**
 * The most people that one request moves. One unit of work moves all of them, and other changes of the organization
 * wait for it.
 */
export const MOST_PEOPLE_AT_ONCE = 500;

export interface RelinkManyInput {
  readonly fromConnectionId: string;
  readonly toConnectionId: string;
  /** The issuers for a move inside one connection; absent for a move to a different connection. */
  readonly fromIssuer?: string | null;
  readonly toIssuer?: string | null;
  /** The users to move; if absent, as many as one request takes. */
  readonly userIds?: readonly string[] | null;
  /** Whether to change nothing and only return the results. */
  readonly dryRun?: boolean | null;
}

export interface RelinkResult {
  readonly userId: string;
  /** `null` if the user has no link at the connection. */
  readonly identityId: string | null;
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly ok: boolean;
  /** The reason of a refusal; `null` if `ok`. */
  readonly code: string | null;
  readonly message: string | null;
}

export interface RelinkedMany {
  readonly results: readonly RelinkResult[];
  /** Whether there are more people than one request takes. */
  readonly hasMore: boolean;
}

interface Planned {
  readonly link: Identity;
  readonly user: User;
  readonly refusal: Failure | null;
}

/**
 * Moves people. If a person cannot be moved, the results give the reason, and the others are moved.
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
  const issuers = readIssuers(services, from, to, input);
  if (input.dryRun === true)
    return describe(await plan(services.reader, caller, { from, to, issuers, userIds }), userIds);
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const { organization, connection } = await lockFor(unit, from);
    const target = await lockFor(unit, to);
    const planned = await plan(unit, caller, { from: connection, to: target.connection, issuers, userIds });
    for (const { link, user, refusal } of planned.slice(0, MOST_PEOPLE_AT_ONCE))
      if (refusal === null)
        await (issuers === null
          ? movePerson(unit, organization, link, { connectionId: to.id, user })
          : renameIssuer(unit, organization, link, issuers.to));
    return describe(planned, userIds);
  });
}

interface Issuers {
  readonly from: string;
  readonly to: string;
}

/**
 * Reads the issuers; `null` for a move to a different connection. Issuers are compared exactly. The new one must be an
 * issuer that the connection's settings name. With a misspelt issuer, people could not sign in with the moved links.
 *
 * @throws INVALID_INPUT
 */
function readIssuers(
  { registry, runtime }: ConnectionServices,
  from: Connection,
  to: Connection,
  { fromIssuer, toIssuer }: RelinkManyInput,
): Issuers | null {
  if (fromIssuer == null && toIssuer == null && from.id !== to.id) return null;
  const check = new InputCheck();
  if (from.id !== to.id) {
    for (const [name, value] of Object.entries({ fromIssuer, toIssuer }))
      if (value != null) check.add(name, "INVALID", "is only for moving people inside one connection; leave it out");
    check.finish();
  }
  if (!fromIssuer) check.add("fromIssuer", "REQUIRED", "is required to move people inside one connection");
  if (!toIssuer) check.add("toIssuer", "REQUIRED", "is required to move people inside one connection");
  else if (toIssuer === fromIssuer) check.add("toIssuer", "INVALID", "must differ from fromIssuer");
  else if (toIssuer.length > LONGEST_IDENTIFIER)
    check.add("toIssuer", "INVALID", `must be at most ${LONGEST_IDENTIFIER} characters long`);
  else {
    const type = registry.find(to.type);
    const named = type && storedIssuerOf(type, runtime.keyRing, to);
    if (named?.kind === "named" && !named.issuers.includes(toIssuer))
      check.add("toIssuer", "INVALID", `must be the issuer of the connection: ${named.issuers.join(" or ")}`);
  }
  check.finish();
  return { from: fromIssuer ?? "", to: toIssuer ?? "" };
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
  if (from.organizationId !== to.organizationId)
    fields.push({ path: "toConnectionId", code: "INVALID", message: "must be a connection of the same organization" });
  if ((userIds?.length ?? 0) > MOST_PEOPLE_AT_ONCE) {
    const message = `must name at most ${MOST_PEOPLE_AT_ONCE} users; send the others in further requests`;
    fields.push({ path: "userIds", code: "INVALID", message });
  }
  if (fields.length > 0) throw new Failure(INVALID_INPUT, { fields });
  return { from, to };
}

/**
 * Finds the links to move, each with the reason why it cannot move, if there is one. Reads one link more than a request
 * moves, so that the caller sees whether there are more.
 */
async function plan(
  reader: Reader | UnitOfWork,
  caller: Caller,
  move: {
    readonly from: Connection;
    readonly to: Connection;
    readonly issuers: Issuers | null;
    readonly userIds: readonly string[] | null;
  },
): Promise<readonly Planned[]> {
  const { from, to, issuers, userIds } = move;
  const merges = from.policies.accountLinking === "MERGE_BY_EMAIL";
  const query = { merges, userIds, issuer: issuers?.from ?? null, limit: MOST_PEOPLE_AT_ONCE + 1 };
  const links = await findFollowedLinks(reader, from.id, query);
  const users = await findUsers(reader, [...new Set(links.map(({ userId }) => userId))]);
  const planned: Planned[] = [];
  for (const link of links) {
    const user = users.get(link.userId);
    if (user !== undefined)
      planned.push({ link, user, refusal: await findRefusal(reader, caller, link, { to, issuers }) });
  }
  return planned;
}

/**
 * Returns why a link cannot move, or `null` if it can. After the move, a different provider vouches for the person. So
 * the caller must hold every permission of the person.
 */
async function findRefusal(
  reader: Reader,
  caller: Caller,
  link: Identity,
  { to, issuers }: { readonly to: Connection; readonly issuers: Issuers | null },
): Promise<Failure | null> {
  const { own, merged } = await findLinks(reader, to.id, issuers?.to ?? link.issuer, link.subject);
  if ([own, merged].some((there) => there !== null && there.userId !== link.userId))
    return new Failure(IDENTITY_TAKEN, {}) as Failure;
  // A move inside a connection also moves the person's hidden link, which may lead to a second account.
  const moved = issuers === null ? [] : await findLinksOfPerson(reader, link);
  const userIds = new Set([link, ...moved.filter(({ retiredAt }) => retiredAt === null)].map(({ userId }) => userId));
  try {
    for (const userId of userIds) await requireHoldingUser(reader, caller, userId);
    return null;
  } catch (error) {
    if (error instanceof Failure) return error as Failure;
    throw error;
  }
}

function describe(planned: readonly Planned[], userIds: readonly string[] | null): RelinkedMany {
  const listed = planned.slice(0, MOST_PEOPLE_AT_ONCE);
  const results = listed.map(({ link, refusal }) => ({
    userId: link.userId,
    identityId: link.id,
    issuer: link.issuer,
    subject: link.subject,
    ok: refusal === null,
    code: refusal?.code ?? null,
    message: refusal?.message ?? null,
  }));
  const { code, message } = new Failure(NOT_FOUND, { type: "identity" });
  const absent = (userIds ?? []).filter((userId) => !listed.some(({ link }) => link.userId === userId));
  const missing = absent.map((userId) => ({
    userId,
    identityId: null,
    issuer: null,
    subject: null,
    ok: false,
    code,
    message,
  }));
  return { results: [...results, ...missing], hasMore: planned.length > listed.length };
}
