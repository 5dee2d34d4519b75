/** Applies the rules of a directory to one user that it describes or changes. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { findRolesOf } from "../../../people/role/role.repository.js";
import type { Reader } from "../../../platform/database/database.js";
import { Failure } from "../../../platform/errors/failure.js";
import { foldCase } from "../../../platform/text.js";
import { ROLE_NOT_ASSIGNABLE } from "../failures.js";
import type { ActingDirectory } from "../log/request.js";
import type { ResourceDocument } from "../resource/resource.js";
import { applyRules } from "./apply-rules.js";
import { claimsOf, namedRolesOf, type Said } from "./claims.js";
import { hasAccessRules, type DirectoryRules } from "./directory-rules.js";
import { findSaidGroups, hasGroups } from "./said.repository.js";

/** What a directory says of a user: the user's document and groups. */
export async function readSaid(
  reader: Reader,
  directoryId: string,
  userId: string,
  document: ResourceDocument,
): Promise<Said> {
  const groups = (await findSaidGroups(reader, directoryId, [userId])).get(userId);
  const isKnown = groups !== undefined || (await hasGroups(reader, directoryId));
  return { claims: claimsOf(document), groups: isKnown ? (groups ?? []).flatMap(({ values }) => values) : null };
}

/**
 * Applies the rules after a user was made or changed.
 *
 * @param was the document before; `null` for a new user
 * @throws ROLE_NOT_ASSIGNABLE, RULES_TOO_COSTLY
 */
export async function applyUserRules(
  unit: UnitOfWork,
  acting: ActingDirectory,
  rules: DirectoryRules,
  {
    userId,
    was,
    is,
  }: { readonly userId: string; readonly was: ResourceDocument | null; readonly is: ResourceDocument },
): Promise<void> {
  if (!hasAccessRules(rules)) return;
  const namedRoles = namedRolesOf(is);
  await requireAssignable(unit, acting, rules, namedRoles, was === null ? [] : namedRolesOf(was));
  const said = await readSaid(unit, acting.directory.id, userId, is);
  const before = was === null ? null : { claims: claimsOf(was), groups: said.groups };
  await applyRules(unit, acting, rules, [{ userId, was: before, is: said, namedRoles }]);
}

/**
 * Refuses a role that the directory's policy does not allow. A role that the user had before stays in the document, so that a
 * later change of the policy does not refuse every change of the user.
 */
async function requireAssignable(
  unit: UnitOfWork,
  { organization }: ActingDirectory,
  { assignableRoleIds }: DirectoryRules,
  named: readonly string[],
  before: readonly string[],
): Promise<void> {
  // Without assignable roles, the attribute `roles` has no effect.
  if (assignableRoleIds.length === 0) return;
  const fresh = named.filter((role) => !before.includes(role));
  if (fresh.length === 0) return;
  const roles = await findRolesOf(unit, organization.id);
  const allowed = new Set(roles.filter(({ id }) => assignableRoleIds.includes(id)).map(({ key }) => foldCase(key)));
  const refused = fresh.find((role) => !allowed.has(role));
  if (refused !== undefined) throw new Failure(ROLE_NOT_ASSIGNABLE, { role: refused });
}
