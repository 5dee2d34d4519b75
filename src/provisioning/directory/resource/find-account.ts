/** Finds the account of a user when a directory describes the user for the first time. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { findIdentitiesByEmail, findUsersOfDirectoryKey } from "../../../connection/identity/identity.repository.js";
import { findPasswordUser, findPreparedUsersByEmail, findUsers } from "../../../people/user/user.repository.js";
import type { User } from "../../../people/user/user.js";
import { Failure } from "../../../platform/errors/failure.js";
import { foldCase } from "../../../platform/text.js";
import { DIRECTORY_ADDRESS_TAKEN } from "../failures.js";
import type { Directory } from "../stored/directory.js";
import { findBoundUsers } from "./resource.repository.js";
import type { ActingDirectory } from "../log/request.js";
import type { DirectoryUser } from "./resource.js";
import { findRemovedUser } from "./tombstone.repository.js";

/** The account for a new resource. */
export type FoundAccount =
  | { readonly kind: "NEW" }
  /** The directory deleted this user before. */
  | { readonly kind: "RESTORE"; readonly user: User }
  /** An administrator prepared the account, or its person signed in through the linked connection before. */
  | { readonly kind: "PRESENT"; readonly user: User };

/**
 * Finds the account, in this order: one that the directory itself deleted, the one that the person signed in to through the
 * linked connection, as `signInMatch` says, and one that is prepared for the address. An account with a password is never
 * found, because its person never proved to the provider who they are.
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
  const signedInId = await findSignedIn(unit, directory, person);
  const users = await findUsers(
    unit,
    [removedId, signedInId].filter((id) => id !== null),
  );
  const removed = removedId === null ? undefined : users.get(removedId);
  const signedIn = signedInId === null ? undefined : users.get(signedInId);
  const prepared = await findPreparedUsersByEmail(unit, organization.id, email);
  const bound = await findBoundUsers(
    unit,
    [...users.values(), ...prepared].map(({ id }) => id),
  );
  const isOpen = (user: User | undefined): user is User =>
    user?.authMethod === "SSO" && user.homeOrganizationId === organization.id && !bound.has(user.id);
  const password = await findPasswordUser(unit, organization.id, email);
  if (password !== null) throw new Failure(DIRECTORY_ADDRESS_TAKEN, { email });
  if (isOpen(removed)) return { kind: "RESTORE", user: removed };
  if (isOpen(signedIn)) return { kind: "PRESENT", user: signedIn };
  const [user, another] = prepared;
  if (user === undefined) return { kind: "NEW" };
  if (another !== undefined || bound.has(user.id)) throw new Failure(DIRECTORY_ADDRESS_TAKEN, { email });
  return { kind: "PRESENT", user };
}

/** The one account that the person signed in to through the linked connection; `null` for none or several. */
async function findSignedIn(
  unit: UnitOfWork,
  { connectionId, signInMatch }: Directory,
  { nameKey, externalId, fields }: DirectoryUser,
): Promise<string | null> {
  if (connectionId === null) return null;
  const only = (ids: readonly string[]) => (ids.length === 1 ? (ids[0] ?? null) : null);
  switch (signInMatch) {
    case "EXTERNAL_ID":
      if (externalId === null) return null;
      return only(await findUsersOfDirectoryKey(unit, connectionId, "external_hash", externalId));
    case "USER_NAME":
      return only(await findUsersOfDirectoryKey(unit, connectionId, "name_hash", nameKey));
    case "EMAIL": {
      const links = await findIdentitiesByEmail(unit, connectionId, foldCase(fields.email ?? ""));
      const own = links.filter(({ linkKind, emailVerified }) => linkKind === "OWN" && emailVerified !== false);
      return links.length === own.length ? only([...new Set(own.map(({ userId }) => userId))]) : null;
    }
  }
}
