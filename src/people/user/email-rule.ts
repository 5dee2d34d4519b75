/** Whose address may be whose: what the installation and an organization allow. */
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

/** An address that an account is about to get. */
export interface AddressClaim extends Pick<User, "email" | "authMethod" | "homeOrganizationId" | "firstSignedInAt"> {
  /** The account; absent while it is being made. */
  readonly id?: string;
}

/**
 * Refuses an address that another account of the organization needs for itself. An organization has one account with the
 * method PASSWORD for each address. Single sign-on accounts may share one, but of those that nobody has signed in to, an
 * organization has one for each address: with two, nobody could tell which a first sign-in belongs to, and the person would
 * be refused. Only the operator is refused an address by which an account of another organization signs in: everybody else
 * would learn of that account, so `claimLoginAddress` decides.
 *
 * @throws EMAIL_TAKEN, which tells the operator in which other organization the account lies; FORBIDDEN for a password
 *   account with the address of somebody who may do more than the caller
 */
export async function requireFreeEmail(unit: UnitOfWork, claim: AddressClaim): Promise<void> {
  const { email, homeOrganizationId } = claim;
  const refuse = (organizationId: string | null) => new Failure(EMAIL_TAKEN, { email, organizationId });
  if (claim.authMethod === "PASSWORD") {
    const here = await findPasswordUser(unit, homeOrganizationId, email);
    if (here !== null && here.id !== claim.id) throw refuse(null);
    const holder = unit.caller.kind === "OPERATOR" ? await findUserByLoginEmail(unit, email) : null;
    if (holder !== null && holder.homeOrganizationId !== homeOrganizationId) throw refuse(holder.homeOrganizationId);
    // Merging leads people from their accounts to this one, away from everything that they may do there.
    for (const id of await findIdsByEmail(unit, homeOrganizationId, email))
      if (id !== claim.id) await requireHoldingUser(unit, unit.caller, id);
    return;
  }
  if (claim.firstSignedInAt !== null) return;
  const prepared = await findPreparedUsersByEmail(unit, homeOrganizationId, email);
  if (prepared.some((user) => user.id !== claim.id)) throw refuse(null);
}

/**
 * Lets an account with the method PASSWORD, which has just got its address, sign in by it. Accounts that hold a password
 * share no address in the whole installation: where an account of another organization signs in by it, this one holds no
 * password, and the person who has the address is told by mail.
 *
 * @throws EMAIL_TAKEN, to the operator alone
 */
export async function claimLoginAddress(unit: UnitOfWork, organizationName: string, user: User): Promise<void> {
  if (user.authMethod !== "PASSWORD" || (await writeLoginEmail(unit, user))) return;
  const holder = await findUserByLoginEmail(unit, user.email);
  // Another organization was faster.
  if (unit.caller.kind === "OPERATOR")
    throw new Failure(EMAIL_TAKEN, { email: user.email, organizationId: holder?.homeOrganizationId ?? null });
  if (holder !== null) await noticeAddressGiven(unit, { holder, organizationName });
}
