/** The published catalogue of permissions: what a role grants to a person and a scope to an API key. */

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
  TEAM_TRAINING_READ: "See courses, and the results of the groups that one manages and of direct reports.",
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
 * Whether somebody who holds these permissions may do what one of them names. Who sees all results sees those of a team
 * too, so that keys and roles that are older than the narrower permission lose nothing.
 */
export function grants(held: ReadonlySet<Permission>, permission: Permission): boolean {
  return held.has(permission) || (permission === "TEAM_TRAINING_READ" && held.has("TRAINING_READ"));
}

/** Whether a text names a permission of this version; stored roles may name one that is gone. */
export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}
