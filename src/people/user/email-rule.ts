/** Which accounts may share an e-mail address, in an organization and in the installation. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { Failure } from "../../platform/errors/failure.js";
import { EMAIL_TAKEN } from "../failures.js";
import { noticeAddressGiven } from "../notices/notice-address-given.js";
import { requireHoldingUser } from "../role/require-holding-user.js";
import {
  findIdsByEmail,
  findPasswordUser,
  findPreparedUsersByEmail,
  findUserByLoginEmail,
  writeLoginEmail,
} from "./user.repository.js";
import type { User } from "./user.js";

/** The new address of an account. */
export interface AddressClaim extends Pick<User, "email" | "authMethod" | "homeOrganizationId" | "firstSignedInAt"> {
  /** The account; absent if it is new. */
  readonly id?: string;
}

/**
 * Refuses an address that another account of the organization uses. An organization has at most one PASSWORD account per
 * address. SSO accounts may share an address, but at most one of them may be prepared: a first sign-in
 * that matches two accounts is refused. If an account of another organization signs in with the address, only the operator
 * gets an error. Other callers must not learn of that account, so `claimLoginAddress` handles their case.
 *
 * @throws EMAIL_TAKEN, which names the other organization for the operator; FORBIDDEN for a password account with the
 *   address of a user who has permissions that the caller does not hold
 */
export async function requireFreeEmail(unit: UnitOfWork, claim: AddressClaim): Promise<void> {
  const { email, homeOrganizationId } = claim;
  const refuse = (organizationId: string | null) => new Failure(EMAIL_TAKEN, { email, organizationId });
  if (claim.authMethod === "PASSWORD") {
    const here = await findPasswordUser(unit, homeOrganizationId, email);
    if (here !== null && here.id !== claim.id) throw refuse(null);
    const holder = unit.caller.kind === "OPERATOR" ? await findUserByLoginEmail(unit, email) : null;
    if (holder !== null && holder.homeOrganizationId !== homeOrganizationId) throw refuse(holder.homeOrganizationId);
    // If a connection merges accounts, the person who has the address already would sign in to this account, and lose the
    // permissions of their own account.
    for (const id of await findIdsByEmail(unit, homeOrganizationId, email))
      if (id !== claim.id) await requireHoldingUser(unit, unit.caller, id);
    return;
  }
  if (claim.firstSignedInAt !== null) return;
  const prepared = await findPreparedUsersByEmail(unit, homeOrganizationId, email);
  if (prepared.some((user) => user.id !== claim.id)) throw refuse(null);
}

/**
 * Lets an account that may have a password sign in with its new address. The address must be unique among the accounts of
 * the installation that have a password. If an account of another organization signs in with the address already, this
 * account cannot sign in by password, and the person of the other account gets a mail.
 *
 * @throws EMAIL_TAKEN for the operator only
 */
export async function claimLoginAddress(unit: UnitOfWork, organizationName: string, user: User): Promise<void> {
  if (await writeLoginEmail(unit, user)) return;
  const holder = await findUserByLoginEmail(unit, user.email);
  // Another organization claimed the address first.
  if (unit.caller.kind === "OPERATOR")
    throw new Failure(EMAIL_TAKEN, { email: user.email, organizationId: holder?.homeOrganizationId ?? null });
  if (holder !== null) await noticeAddressGiven(unit, { holder, organizationName });
}
