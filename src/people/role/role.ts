/** Roles, their sources, and the built-in roles of every organization. */
import type { MappingOwner } from "../group/group.js";
import { ALL_PERMISSIONS, type Permission } from "../../access/permission.js";

export interface Role {
  readonly id: string;
  readonly organizationId: string;
  /** Upper case with underscores. Mappings and API clients use it. */
  readonly key: string;
  readonly name: string;
  /** The higher rank wins. If two roles have the same rank, the first key in the alphabet wins. */
  readonly rank: number;
  readonly permissions: readonly Permission[];
  readonly builtIn: boolean;
}

/** The ranks that a role can have. */
export const LOWEST_RANK = 1;
export const HIGHEST_RANK = 1000;

/**
 * The source of a user's role. `SCIM` is a directory whose provider named the role itself. `PRESENT` keeps the source that
 * the role has.
 */
export type RoleSource =
  | "DEFAULT"
  | "ADMIN"
  | "API"
  | "PRESENT"
  | ({ readonly kind: "MAPPING"; readonly mappingId: string } & MappingOwner)
  | { readonly kind: "SCIM"; readonly directoryId: string };

/** A role of a user, with its source. */
export interface RoleGrant {
  readonly role: Role;
  readonly source: "DEFAULT" | "ADMIN" | "API" | "MAPPING" | "SCIM";
  /** The mapping that gave the role; `null` for all other sources. */
  readonly sourceId: string | null;
  /** The connection whose mapping gave the role; `null` for all other sources. */
  readonly connectionId: string | null;
  /**
   * The directory that gave the role, by its own mapping or because the provider named the role; `null` for all other
   * sources.
   */
  readonly directoryId: string | null;
  /** When this source gave the role. */
  readonly createdAt: Date;
}

/** A use of a role, which prevents its deletion. */
export interface RoleUse {
  /** Upper case with underscores: `USERS`, `DEFAULT_ROLE`, `ROLE_MAPPINGS`, `DIRECTORY_MAPPINGS`, `ASSIGNABLE_ROLES`. */
  readonly by: string;
  readonly count: number;
  /** The ids of the objects that use the role, such as the connections of mappings. */
  readonly ids: readonly string[];
}

/** The form of a role key. */
export const ROLE_KEY_PATTERN = /^[A-Z][A-Z0-9_]{0,62}$/;

/**
 * The key of the built-in role with every permission. Changes by hand never take this role from the last active user who
 * has it.
 */
export const ADMINISTRATOR_ROLE = "ADMIN";

/** The roles of every organization. `AUDITOR` is not a step between the others: it reads everything and changes nothing. */
export const BUILT_IN_ROLES: readonly Omit<Role, "id" | "organizationId">[] = [
  { key: ADMINISTRATOR_ROLE, name: "Administrator", rank: 300, permissions: ALL_PERMISSIONS, builtIn: true },
  {
    key: "MANAGER",
    name: "Manager",
    rank: 200,
    permissions: ["USERS_READ", "GROUPS_READ", "TEAM_TRAINING_READ"],
    builtIn: true,
  },
  {
    key: "AUDITOR",
    name: "Auditor",
    rank: 150,
    permissions: [
      "USERS_READ",
      "CONNECTIONS_READ",
      "MAPPINGS_READ",
      "GROUPS_READ",
      "TRAINING_READ",
      "EVENTS_READ",
      "AUDIT_READ",
    ],
    builtIn: true,
  },
  { key: "USER", name: "User", rank: 100, permissions: [], builtIn: true },
];
