/** Whose address may be whose: what the installation and an organization allow. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { Failure } from "../../platform/errors/failure.js";
import { EMAIL_TAKEN } from "../failures.js";
import { findPreparedUsersByEmail, findUserByLoginEmail } from "./user.repository.js";
import type { User } from "./user.js";

/** An address that an account is about to get. */
export interface AddressClaim extends Pick<User, "email" | "authMethod" | "homeOrganizationId" | "firstSignedInAt"> {
  /** The account; absent while it is being made. */
  readonly id?: string;
}

/**
 * Refuses an address that another account needs for itself. Accounts that hold a password share no address in the whole
 * installation. Single sign-on accounts may, but of those that nobody has signed in to, an organization has one for each
 * address: with two, nobody could tell which a first sign-in belongs to, and the person would be refused.
 *
 * @throws EMAIL_TAKEN, which tells the operator alone that the other account lies in another organization
 */
export async function requireFreeEmail(unit: UnitOfWork, claim: AddressClaim): Promise<void> {
  if (claim.authMethod === "PASSWORD") {
    const holder = await findUserByLoginEmail(unit, claim.email);
    if (holder === null || holder.id === claim.id) return;
    const isTold = unit.caller.kind === "OPERATOR" && holder.homeOrganizationId !== claim.homeOrganizationId;
    throw new Failure(EMAIL_TAKEN, {
      email: claim.email,
      organizationId: isTold ? holder.homeOrganizationId : null,
    });
  }
  if (claim.firstSignedInAt !== null) return;
  const prepared = await findPreparedUsersByEmail(unit, claim.homeOrganizationId, claim.email);
  if (prepared.some((user) => user.id !== claim.id))
    throw new Failure(EMAIL_TAKEN, { email: claim.email, organizationId: null });
}

/**
 * Writes an account. Two organizations can claim one address at the same moment: the unique index decides.
 *
 * @throws EMAIL_TAKEN
 */
export async function storeAddress<T>(email: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicateKey(error)) throw new Failure(EMAIL_TAKEN, { email, organizationId: null });
    throw error;
  }
}
