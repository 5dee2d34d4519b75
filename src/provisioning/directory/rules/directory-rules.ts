/** The rules that a directory follows: those of its linked connection, or its own. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { GROUPS_CLAIM, NO_MAPPINGS, type Mappings } from "../../../connection/mapping/mapping.js";
import { findMappingsOf } from "../../../connection/mapping/mapping.repository.js";
import type { ConnectionPolicies } from "../../../connection/stored/policies.js";
import { findConnection } from "../../../connection/stored/connection.repository.js";
import type { Find } from "../../mappings/bounded-work.js";
import type { RoleGiver } from "../../give-roles.js";
import type { ActingDirectory } from "../log/request.js";
import { startSharedWork } from "./evaluate-said.js";

export interface DirectoryRules {
  /** The source of the roles and memberships. */
  readonly giver: RoleGiver;
  readonly mappings: Mappings;
  readonly policies: ConnectionPolicies;
  /** Whether people also sign in through a connection with the same rules. */
  readonly isLinked: boolean;
  /** The roles that the provider may name. */
  readonly assignableRoleIds: readonly string[];
  /** Bounds the work of one request. */
  readonly find: Find;
}

export async function readRules(unit: UnitOfWork, { directory }: ActingDirectory): Promise<DirectoryRules> {
  const { id, organizationId, connectionId, assignableRoleIds } = directory;
  const find = startSharedWork();
  if (connectionId === null) {
    const mappings = (await findMappingsOf(unit, [id], "DIRECTORY")).get(id) ?? NO_MAPPINGS;
    const giver = { owner: { directoryId: id }, directoryId: id };
    return { giver, mappings, policies: directory.policies, isLinked: false, assignableRoleIds, find };
  }
  const connection = await findConnection(unit, organizationId, connectionId);
  if (connection === null) throw new Error(`the connection of directory ${id} does not exist`);
  const mappings = (await findMappingsOf(unit, [connectionId])).get(connectionId) ?? NO_MAPPINGS;
  const giver = { owner: { connectionId }, directoryId: id };
  return { giver, mappings, policies: connection.policies, isLinked: true, assignableRoleIds, find };
}

/** Whether the rules can give roles or memberships. */
export function hasAccessRules({ mappings, assignableRoleIds }: DirectoryRules): boolean {
  return mappings.roles.length > 0 || mappings.groups.length > 0 || assignableRoleIds.length > 0;
}

/** Whether a rule reads more than the groups of a user, so that the user's document is needed. */
export function needsDocuments({ mappings, assignableRoleIds }: DirectoryRules): boolean {
  const rules = [...mappings.roles, ...mappings.groups];
  return assignableRoleIds.length > 0 || rules.some(({ claim }) => claim !== GROUPS_CLAIM);
}
