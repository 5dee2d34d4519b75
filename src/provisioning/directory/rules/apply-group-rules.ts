/** Applies the rules of a directory to the users of a group after the group was made, changed or deleted. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { GROUPS_CLAIM } from "../../../connection/mapping/mapping.js";
import { findUserIdsOfSource } from "../../../people/group/group-member.repository.js";
import { Failure } from "../../../platform/errors/failure.js";
import { RULES_TOO_COSTLY } from "../failures.js";
import type { ActingDirectory } from "../log/request.js";
import { applyRules, type Affected } from "./apply-rules.js";
import { claimsOf, namedRolesOf } from "./claims.js";
import { hasAccessRules, needsDocuments, readRules, type DirectoryRules } from "./directory-rules.js";
import { findDocuments, findSaidGroups } from "./said.repository.js";

/** A change of a group of a directory. */
export interface GroupChange {
  /** The id of the group's resource. */
  readonly resourceId: string;
  readonly groupId: string;
  /** The values by which rules know the group, before and after the change; empty for a group that does not exist. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Whether a user joined or left the group, by user id. */
  readonly moved: ReadonlyMap<string, "JOINED" | "LEFT">;
}

const PEOPLE_AT_ONCE = 500;

/**
 * Reads the users whom a change of a group affects, and returns a function that applies the rules to them. Call this
 * function while the group has its members: before a deletion, but after any other change. Call the returned function
 * when the change is done. A group that no rule names costs no query for its users.
 *
 * @throws RULES_TOO_COSTLY
 */
export async function planGroupRules(
  unit: UnitOfWork,
  acting: ActingDirectory,
  { resourceId, groupId, before, after, moved }: GroupChange,
): Promise<() => Promise<void>> {
  const nothing = async () => {};
  const rules = await readRules(unit, acting);
  const isRenamed = JSON.stringify(before) !== JSON.stringify(after);
  if (!hasAccessRules(rules) || (moved.size === 0 && !isRenamed)) return nothing;
  if (!isNamed(rules, [...before, ...after])) return nothing;
  const { id: directoryId } = acting.directory;
  const stayed = isRenamed ? await findUserIdsOfSource(unit, groupId, { kind: "SCIM", id: directoryId }) : [];
  const userIds = [...new Set([...moved.keys(), ...stayed])];
  return async () => {
    const affected: Affected[] = [];
    for (let start = 0; start < userIds.length; start += PEOPLE_AT_ONCE) {
      const some = userIds.slice(start, start + PEOPLE_AT_ONCE);
      const groups = await findSaidGroups(unit, directoryId, some);
      const documents = needsDocuments(rules) ? await findDocuments(unit, "user_id", some) : new Map();
      for (const userId of some) {
        const document = documents.get(userId) ?? {};
        const claims = claimsOf(document);
        const others = (groups.get(userId) ?? []).filter(({ id }) => id !== resourceId).flatMap(({ values }) => values);
        const move = moved.get(userId);
        affected.push({
          userId,
          was: { claims, groups: move === "JOINED" ? others : [...others, ...before] },
          is: { claims, groups: move === "LEFT" ? others : [...others, ...after] },
          namedRoles: namedRolesOf(document),
        });
      }
    }
    await applyRules(unit, acting, rules, affected);
  };
}

/** Whether a rule on groups matches one of the values. */
function isNamed({ mappings, find }: DirectoryRules, values: readonly string[]): boolean {
  return [...mappings.roles, ...mappings.groups].some((rule) => {
    if (rule.claim !== GROUPS_CLAIM) return false;
    const found = find(rule, values);
    if (found.kind === "too-costly") throw new Failure(RULES_TOO_COSTLY, {});
    return found.kind === "matched";
  });
}
