/** The catalogue of permissions. Roles grant them to people, scopes grant them to API keys. */

export const PERMISSIONS = {
  USERS_READ: "See users, their profiles, identities and sign-in attempts.",
  USERS_WRITE: "Create, change, disable, archive and delete users, and end their sessions.",
  CONNECTIONS_READ: "See connections, their settings without secrets, their health and sign-in attempts.",
  CONNECTIONS_WRITE: "Create, change, activate, disable and delete connections.",
  MAPPINGS_READ: "See attribute, role and group mappings.",
  MAPPINGS_WRITE: "Change attribute, role and group mappings.",
  GROUPS_READ: "See groups and their members.",
  GROUPS_WRITE: "Create, change and delete groups, and change their members.",
  TRAINING_READ: "See courses, modules, filters and results.",
  TEAM_TRAINING_READ: "See courses, and the results of direct reports and of the groups that the person manages.",
  TRAINING_WRITE: "Change courses, modules and filters, and record results.",
  EVENTS_READ: "Read the organization's event log.",
  WEBHOOKS_WRITE: "See and change webhook endpoints, and redeliver.",
  AUDIT_READ: "Read the audit log.",
  ORGANIZATION_WRITE: "Change the organization's settings and policies, and its API keys.",
} as const;

export type Permission = keyof typeof PERMISSIONS;

/** Every permission, in the order of the catalogue. */
export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as readonly Permission[];

/**
 * Whether the held permissions include `permission`. TRAINING_READ includes TEAM_TRAINING_READ, so that keys and roles that
 * are older than the narrower permission keep their access.
 */
export function grants(held: ReadonlySet<Permission>, permission: Permission): boolean {
  return held.has(permission) || (permission === "TEAM_TRAINING_READ" && held.has("TRAINING_READ"));
}

/** Whether a text names a permission of this version. A stored role may name one that was removed. */
export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}
