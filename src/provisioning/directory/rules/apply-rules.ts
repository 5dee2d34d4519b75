/**
 * Applies the rules of a directory to people whose data it changed. Changes their roles, and the memberships that group
 * mappings give. Works through people in parts of a fixed size, and each part takes the same number of statements.
 */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { findMergedAmong } from "../../../connection/identity/identity.repository.js";
import { addReason, removeReason } from "../../../people/group/group.changes.js";
import { findMappedMembershipsOf } from "../../../people/group/group-member.repository.js";
import { findGroup } from "../../../people/group/group.repository.js";
import { findRoleGrantsOfUsers, findRolesOf } from "../../../people/role/role.repository.js";
import type { Role, RoleGrant } from "../../../people/role/role.js";
import { changeRolesOfMany } from "../../../people/user/user.changes.js";
import { findUsers } from "../../../people/user/user.repository.js";
import { Failure } from "../../../platform/errors/failure.js";
import { foldCase } from "../../../platform/text.js";
import { giveRoles } from "../../give-roles.js";
import { decideGroups, type GroupDecision, type MappedMembership } from "../../mappings/decide-groups.js";
import { decideRoles, type HeldRole, type RoleDecision } from "../../mappings/decide-roles.js";
import { RULES_TOO_COSTLY } from "../failures.js";
import type { ActingDirectory } from "../log/request.js";
import { auditMembers } from "./audit-members.js";
import type { Said } from "./claims.js";
import type { DirectoryRules } from "./directory-rules.js";
import { evaluateChange, evaluateSaid } from "./evaluate-said.js";

/** A person whose data a directory changed. */
export interface Affected {
  readonly userId: string;
  /** What the directory said of the person before the change; `null` for a new user. */
  readonly was: Said | null;
  readonly is: Said;
  /** The roles that the provider names, folded to one case. */
  readonly namedRoles: readonly string[];
}

const PEOPLE_AT_ONCE = 250;

/** @throws RULES_TOO_COSTLY */
export async function applyRules(
  unit: UnitOfWork,
  acting: ActingDirectory,
  rules: DirectoryRules,
  affected: readonly Affected[],
): Promise<void> {
  if (affected.length === 0) return;
  const roles = await findRolesOf(unit, acting.organization.id);
  const memberships = new Map<string, MembershipChange>();
  for (let start = 0; start < affected.length; start += PEOPLE_AT_ONCE)
    await changePart(unit, acting, rules, roles, affected.slice(start, start + PEOPLE_AT_ONCE), memberships);
  for (const change of memberships.values()) await changeMemberships(unit, acting, rules, change);
}

/** The users who get or lose the membership that one mapping gives. */
interface MembershipChange extends MappedMembership {
  readonly give: string[];
  readonly take: string[];
}

async function changePart(
  unit: UnitOfWork,
  { organization }: ActingDirectory,
  rules: DirectoryRules,
  roles: readonly Role[],
  affected: readonly Affected[],
  memberships: Map<string, MembershipChange>,
): Promise<void> {
  const ids = affected.map(({ userId }) => userId);
  const users = await findUsers(unit, ids);
  const grants = await findRoleGrantsOfUsers(unit, organization.id, ids);
  const held = await findMappedMembershipsOf(unit, ids, rules.giver.owner);
  const merged = await findMergedAmong(unit, ids);
  const changes = [];
  for (const each of affected) {
    const user = users.get(each.userId);
    if (user === undefined || user.breakGlass) continue;
    const decided = decideAccess(rules, organization, roles, each, {
      roles: (grants.get(user.id) ?? []).map((grant) => heldRole(grant, rules)),
      memberships: held.get(user.id) ?? [],
      merged: merged.has(user.id),
    });
    const given = giveRoles(decided.roles, roles, rules.giver);
    if (given !== null) changes.push({ user, roles: given.values, source: given.source });
    for (const [kind, list] of [
      ["give", decided.groups.give],
      ["take", decided.groups.take],
    ] as const)
      for (const membership of list) {
        const key = `${membership.groupId} ${membership.mappingId}`;
        const change = memberships.get(key) ?? { ...membership, give: [], take: [] };
        change[kind].push(user.id);
        memberships.set(key, change);
      }
  }
  await changeRolesOfMany(unit, organization, changes);
}

/** The access of a person before the change. */
interface Held {
  readonly roles: readonly HeldRole[];
  readonly memberships: readonly MappedMembership[];
  readonly merged: boolean;
}

/**
 * Decides roles and memberships. A person whom no rule matches is not refused here, even under `unmappedUser: REFUSE`,
 * and keeps a role. The account waits for a group, and a sign-in refuses the person.
 *
 * @throws RULES_TOO_COSTLY
 */
export function decideAccess(
  { mappings, policies, isLinked, assignableRoleIds, find }: DirectoryRules,
  organization: ActingDirectory["organization"],
  roles: readonly Role[],
  { was, is, namedRoles }: Omit<Affected, "userId">,
  held: Held,
): {
  readonly roles: Extract<RoleDecision, { kind: "keep" | "assign" }>;
  readonly groups: Extract<GroupDecision, { kind: "change" }>;
} {
  const evaluated = isLinked ? evaluateChange(mappings, was, is, find) : evaluateSaid(mappings, is, find);
  const { roleAssignment, manualRoleWins, defaultRole } = organization.policies;
  // Groups that the directory does not send may have come from a sign-in through the linked connection.
  const missingGroups = isLinked ? "KEEP" : policies.missingGroups;
  const decidedRoles = decideRoles({
    mappings: evaluated.roles,
    ranks: new Map(roles.map(({ id, rank }) => [id, rank])),
    held: held.roles,
    defaultRoleId: roles.find(({ key }) => key === defaultRole)?.id ?? "",
    named: roles
      .filter(({ id, key }) => assignableRoleIds.includes(id) && namedRoles.includes(foldCase(key)))
      .map(({ id }) => id),
    policies: { ...policies, unmappedUser: "ALLOW", missingGroups, roleAssignment, manualRoleWins },
  });
  const groups = decideGroups({
    mappings: evaluated.groups,
    held: held.memberships,
    merged: held.merged,
    policies: { ...policies, missingGroups },
  });
  if (decidedRoles.kind === "refuse-too-costly" || groups.kind === "refuse-too-costly")
    throw new Failure(RULES_TOO_COSTLY, {});
  if (groups.kind !== "change" || (decidedRoles.kind !== "keep" && decidedRoles.kind !== "assign"))
    throw new Error("a directory's groups are never unknown, and its rules refuse nobody");
  return { roles: decidedRoles, groups };
}

/** A role with its source. A role that a connection gave is foreign to a directory that is not linked to it. */
function heldRole(
  { role, source, sourceId, connectionId, directoryId }: RoleGrant,
  { giver }: DirectoryRules,
): HeldRole {
  const { owner } = giver;
  const isForeign =
    directoryId === null
      ? connectionId !== null && !("connectionId" in owner && owner.connectionId === connectionId)
      : directoryId !== giver.directoryId;
  return { roleId: role.id, source, mappingId: sourceId, isForeign };
}

async function changeMemberships(
  unit: UnitOfWork,
  { organization }: ActingDirectory,
  { giver }: DirectoryRules,
  { groupId, mappingId, give, take }: MembershipChange,
): Promise<void> {
  const group = await findGroup(unit, organization.id, groupId);
  if (group === null) return;
  const source = { kind: "MAPPING", mappingId, ...giver.owner } as const;
  const taken = await removeReason(unit, group, take, source);
  const given = await addReason(unit, taken.group, give, source);
  await auditMembers(unit, group, { added: given.userIds, removed: taken.userIds }, mappingId);
}
