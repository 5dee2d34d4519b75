/** Operations of administrators on the links of one person: undoing a merge, and linking the person to a different account. */
import { causeOf, scopeFor, type Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import type { Organization } from "../../people/organization/organization.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { requireHoldingUser } from "../../people/role/require-holding-user.js";
import { requireNotBreakGlass } from "../../people/user/break-glass/break-glass.rules.js";
import { findUser } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { IDENTITY_NOT_MERGED } from "../failures.js";
import type { ConnectionServices } from "../services.js";
import type { Connection } from "../stored/connection.js";
import { findConnection } from "../stored/connection.repository.js";
import { linkPerson, endMerge } from "./identity.changes.js";
import { findIdentityById, findLinks } from "./identity.repository.js";
import type { Identity, PersonAtProvider } from "./identity.js";

/** Characters of an issuer or a subject, as wide as the columns. */
export const LONGEST_IDENTIFIER = 512;

/** The person, by `identityId` or by connection, issuer and subject, and the account to link them to. */
export interface RelinkInput {
  readonly identityId?: string | null;
  readonly connectionId?: string | null;
  readonly issuer?: string | null;
  readonly subject?: string | null;
  readonly userId: string;
}

/**
 * Undoes a merge. The person gets an account of their own at the next sign-in and is not merged again. If the merge is undone
 * already, nothing changes.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for an account with a permission that the caller lacks), NOT_FOUND, IDENTITY_NOT_MERGED
 */
export async function unmergeIdentity(services: ConnectionServices, caller: Caller, id: string): Promise<Identity> {
  const { found, connection } = await readIdentityFor(services, caller, id);
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const { organization } = await lockFor(unit, connection);
    const identity = await findIdentityById(unit, organization.id, found.id);
    if (identity === null) throw new Failure(NOT_FOUND, { type: "identity" });
    if (identity.linkKind !== "MERGED") throw new Failure(IDENTITY_NOT_MERGED, {});
    if (identity.retiredAt !== null) return identity;
    await requireHoldingUser(unit, caller, identity.userId);
    await endMerge(unit, organization, identity, "UNDONE");
    return { ...identity, retiredAt: unit.now };
  });
}

/**
 * Links a person at a provider to an account of the connection's organization. Administrators need this if the provider
 * re-created the person, or if the person is linked to the wrong account. The person may be linked before their first sign-in.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also if the old or the new account has a permission that the caller lacks), NOT_FOUND,
 *   INVALID_INPUT, BREAK_GLASS_PROTECTED
 */
export async function relinkIdentity(
  services: ConnectionServices,
  caller: Caller,
  input: RelinkInput,
): Promise<Identity> {
  const named = checkPerson(caller, input);
  const { person, connection } = await readPersonFor(services, caller, named);
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const { organization } = await lockFor(unit, connection);
    const user = await findTarget(unit, organization.id, input.userId);
    await requireHoldingUser(unit, caller, user.id);
    // A relinked administrator loses access. The checks that protect the last administrator do not notice a relinking,
    // so the caller must hold every permission of the old accounts, too.
    const { own, merged } = await findLinks(unit, person.connectionId, person.issuer, person.subject);
    for (const link of [own, merged]) if (link !== null) await requireHoldingUser(unit, caller, link.userId);
    return await linkPerson(unit, organization, person, user);
  });
}

async function readIdentityFor(
  { reader }: ConnectionServices,
  caller: Caller,
  id: string,
): Promise<{ readonly found: Identity; readonly connection: Connection }> {
  const scope = scopeFor(caller, "USERS_WRITE");
  const found = await findIdentityById(reader, scope, id);
  const connection = found && (await findConnection(reader, scope, found.connectionId));
  if (found === null || connection === null) throw new Failure(NOT_FOUND, { type: "identity" });
  return { found, connection };
}

async function readPersonFor(
  services: ConnectionServices,
  caller: Caller,
  named: { readonly identityId: string } | PersonAtProvider,
): Promise<{
  readonly person: PersonAtProvider & { readonly emailKey: string | null };
  readonly connection: Connection;
}> {
  if ("identityId" in named) {
    const { found, connection } = await readIdentityFor(services, caller, named.identityId);
    const { connectionId, issuer, subject, emailKey } = found;
    return { person: { connectionId, issuer, subject, emailKey }, connection };
  }
  const scope = scopeFor(caller, "USERS_WRITE");
  const connection = await findConnection(services.reader, scope, named.connectionId);
  if (connection === null) throw new Failure(NOT_FOUND, { type: "connection" });
  return { person: { ...named, emailKey: null }, connection };
}

/** Checks that the input names the person in one way. Like a sign-in, does not trim or normalise the identifiers. */
function checkPerson(caller: Caller, input: RelinkInput): { readonly identityId: string } | PersonAtProvider {
  scopeFor(caller, "USERS_WRITE");
  const check = new InputCheck();
  const { identityId } = input;
  const names = ["connectionId", "issuer", "subject"] as const;
  if (identityId != null) {
    for (const name of names)
      if (input[name] != null)
        check.add(name, "INVALID", "cannot be sent together with identityId; name the person in one way");
    check.finish();
    return { identityId };
  }
  for (const name of names) {
    const value = input[name] ?? "";
    if (value === "") check.add(name, "REQUIRED", "is required if identityId does not name the person");
    else if (value.length > LONGEST_IDENTIFIER)
      check.add(name, "INVALID", `must be at most ${LONGEST_IDENTIFIER} characters long`);
  }
  check.finish();
  return { connectionId: input.connectionId ?? "", issuer: input.issuer ?? "", subject: input.subject ?? "" };
}

/**
 * Locks the organization of a connection. Read everything that a change depends on after this call.
 *
 * @throws NOT_FOUND if the connection or the organization was deleted meanwhile
 */
export async function lockFor(
  unit: UnitOfWork,
  { id, organizationId }: Connection,
): Promise<{ readonly organization: Organization; readonly connection: Connection }> {
  const organization = await lockOrganization(unit, organizationId);
  const connection = await findConnection(unit, organizationId, id);
  if (organization === null || connection === null) throw new Failure(NOT_FOUND, { type: "connection" });
  return { organization, connection };
}

/**
 * Finds the account to link a person to. The account's home must be the connection's organization. People of other
 * organizations are invited as members and sign in at their home organization. A provider never opens a break-glass
 * account.
 *
 * @throws NOT_FOUND, BREAK_GLASS_PROTECTED
 */
export async function findTarget(unit: UnitOfWork, organizationId: string, userId: string): Promise<User> {
  const user = await findUser(unit, organizationId, userId);
  if (user === null || user.homeOrganizationId !== organizationId) throw new Failure(NOT_FOUND, { type: "user" });
  requireNotBreakGlass(user);
  return user;
}
