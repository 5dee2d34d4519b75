/** Roles: what they grant, and the ones that every organization is born with. */
import { ALL_PERMISSIONS, type Permission } from "../../access/permission.js";

export interface Role {
  readonly id: string;
  readonly organizationId: string;
  /** Upper case with underscores; what mappings and tokens name. */
  readonly key: string;
  readonly name: string;
  /** Higher wins. */
  readonly rank: number;
  readonly permissions: readonly Permission[];
  readonly builtIn: boolean;
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
    permissions: ["USERS_READ", "GROUPS_READ", "TRAINING_READ"],
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
