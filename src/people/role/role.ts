/** Roles: what they grant, what gives them, and the ones that every organization is born with. */
import { ALL_PERMISSIONS, type Permission } from "../../access/permission.js";

export interface Role {
  readonly id: string;
  readonly organizationId: string;
  /** Upper case with underscores; what mappings and tokens name. */
  readonly key: string;
  readonly name: string;
  /** Higher wins; of two with the same rank, the one whose key comes first. */
  readonly rank: number;
  readonly permissions: readonly Permission[];
  readonly builtIn: boolean;
}

/** The ranks that a role can have. */
export const LOWEST_RANK = 1;
export const HIGHEST_RANK = 1000;

/** That a mapping gave a role. */
interface RoleMappingSource {
  readonly kind: "MAPPING";
  readonly mappingId: string;
  readonly connectionId: string;
}

/** What gave a role to somebody. */
export type RoleSource = "DEFAULT" | "ADMIN" | "API" | RoleMappingSource;

/** That somebody has a role, and what gave it. */
export interface RoleGrant {
  readonly role: Role;
  readonly source: "DEFAULT" | "ADMIN" | "API" | "MAPPING";
  /** The mapping that gave it; `null` for all other sources. */
  readonly sourceId: string | null;
  /** The connection whose mapping gave it; `null` for all other sources. */
  readonly connectionId: string | null;
  /** When this source gave it. */
  readonly createdAt: Date;
}

/** Something that would miss a role if it were gone. */
export interface RoleUse {
  /** Upper case with underscores: `USERS`, `DEFAULT_ROLE`, `ROLE_MAPPINGS`. */
  readonly by: string;
  readonly count: number;
  /** Where to look, as far as that helps: the connections of mappings. */
  readonly ids: readonly string[];
}

/** The form of a role key. */
export const ROLE_KEY_PATTERN = /^[A-Z][A-Z0-9_]{0,62}$/;

/** The key of the built-in role that may do everything; an organization never loses its last active holder by hand. */
export const ADMINISTRATOR_ROLE = "ADMIN";

/** The roles that every organization has. `AUDITOR` stands beside the others: it sees everything and changes nothing. */
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
