/** Finds the account of a user whom a directory describes for the first time. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { findPasswordUser, findPreparedUsersByEmail, findUsers } from "../../../people/user/user.repository.js";
import type { User } from "../../../people/user/user.js";
import { Failure } from "../../../platform/errors/failure.js";
import { DIRECTORY_ADDRESS_TAKEN } from "../failures.js";
import { findBoundUsers } from "./resource.repository.js";
import type { ActingDirectory } from "./in-directory.js";
import type { DirectoryUser } from "./resource.js";
import { findRemovedUser } from "./tombstone.repository.js";

/** The account for a new resource. */
export type FoundAccount =
  | { readonly kind: "NEW" }
  /** The directory deleted this user before. */
  | { readonly kind: "RESTORE"; readonly user: User }
  /** An administrator or a file prepared the account. */
  | { readonly kind: "PREPARED"; readonly user: User };

/**
 * Finds the account, in this order: one that the directory itself deleted, then one that is prepared for the address. An
 * account with a password is never found, because its person never proved to the provider who they are.
 *
 * @throws DIRECTORY_ADDRESS_TAKEN if an account with a password, or one of another directory, is in the way
 */
export async function findAccount(
  unit: UnitOfWork,
  { directory, organization }: ActingDirectory,
  person: DirectoryUser,
): Promise<FoundAccount> {
  const email = person.fields.email ?? "";
  const removedId = await findRemovedUser(unit, directory.id, person);
  const removed = removedId === null ? undefined : (await findUsers(unit, [removedId])).get(removedId);
  const prepared = await findPreparedUsersByEmail(unit, organization.id, email);
  const bound = await findBoundUsers(
    unit,
    [...(removed ? [removed] : []), ...prepared].map(({ id }) => id),
  );
  const password = await findPasswordUser(unit, organization.id, email);
  if (password !== null) throw new Failure(DIRECTORY_ADDRESS_TAKEN, { email });
  if (removed !== undefined && removed.authMethod === "SSO" && !bound.has(removed.id))
    return { kind: "RESTORE", user: removed };
  const [user, another] = prepared;
  if (user === undefined) return { kind: "NEW" };
  if (another !== undefined || bound.has(user.id)) throw new Failure(DIRECTORY_ADDRESS_TAKEN, { email });
  return { kind: "PREPARED", user };
}
