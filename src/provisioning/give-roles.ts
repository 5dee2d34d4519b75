/** Translates decided roles into roles with their sources, for sign-ins and directories. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import type { MappingOwner } from "../people/group/group.js";
import { findRolesOf } from "../people/role/role.repository.js";
import type { Role, RoleSource } from "../people/role/role.js";
import type { GrantedRole, RoleDecision } from "./mappings/decide-roles.js";

/** Roles, each with its source. */
export interface GivenRoles {
  readonly values: readonly Role[];
  readonly source: (role: Role) => RoleSource;
}

/** Who gives roles: the owner of the mappings, and the directory whose provider named roles. */
export interface RoleGiver {
  readonly owner: MappingOwner;
  /** `null` for a sign-in, whose provider names no roles. */
  readonly directoryId: string | null;
}

/** The roles that a decision gives, among the organization's roles; `null` if the roles stay. */
export function giveRoles(
  decision: Extract<RoleDecision, { kind: "keep" | "assign" }>,
  roles: readonly Role[],
  giver: RoleGiver,
): GivenRoles | null {
  if (decision.kind === "keep") return null;
  const granted = new Map(decision.roles.map((each) => [each.roleId, each]));
  return {
    values: roles.filter(({ id }) => granted.has(id)),
    source: ({ id }) => sourceOf(granted.get(id), giver),
  };
}

/** Reads the organization's roles and gives the decided ones. */
export async function readGivenRoles(
  unit: UnitOfWork,
  organizationId: string,
  decision: Extract<RoleDecision, { kind: "keep" | "assign" }>,
  giver: RoleGiver,
): Promise<GivenRoles | null> {
  return decision.kind === "keep" ? null : giveRoles(decision, await findRolesOf(unit, organizationId), giver);
}

function sourceOf(granted: GrantedRole | undefined, { owner, directoryId }: RoleGiver): RoleSource {
  switch (granted?.by) {
    case undefined:
    case "DEFAULT":
      return "DEFAULT";
    case "PRESENT":
      return "PRESENT";
    case "MAPPING":
      return { kind: "MAPPING", mappingId: granted.mappingId ?? "", ...owner };
    case "NAMED":
      return directoryId === null ? "DEFAULT" : { kind: "SCIM", directoryId };
  }
}
