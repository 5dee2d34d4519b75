/** Failures of provisioning directories. */
import { defineFailure } from "../../platform/errors/failure.js";
import { shorten } from "../../platform/text.js";

export const SCIM_NOT_IN_PLAN = defineFailure({
  code: "SCIM_NOT_IN_PLAN",
  status: 403,
  message: "The organization's plan does not include SCIM provisioning.",
  remedy:
    "The operator can include it with updateOrganization(input: { id, entitlements: { scim: true } }). Nothing was changed, and no account was deprovisioned.",
});

export const DIRECTORY_PAUSED = defineFailure<{ retryAfterSeconds: number }>({
  code: "DIRECTORY_PAUSED",
  status: 503,
  message: "The provisioning directory is paused. Nothing was changed.",
  remedy: "An administrator can release it with releaseProvisioningDirectory(input: { id }).",
});

export const MASS_REMOVAL_STOPPED = defineFailure<{ retryAfterSeconds: number }>({
  code: "MASS_REMOVAL_STOPPED",
  status: 503,
  message:
    "The request would end the access of more than 20 % of the directory's active users within an hour. The directory is paused. Nothing was changed.",
  remedy:
    "An administrator looks at the provider, and then runs releaseProvisioningDirectory(input: { id }). If all removals are meant, allowRemovals: true lets them through for an hour.",
});

export const DIRECTORY_VALUE_TAKEN = defineFailure<{ attribute: string }>({
  code: "DIRECTORY_VALUE_TAKEN",
  status: 409,
  message: ({ attribute }) => `Another resource of this directory has the same ${attribute}.`,
  remedy: "Use the resource that has the value, or choose another value. Nothing was changed.",
});

export const DIRECTORY_ADDRESS_TAKEN = defineFailure<{ email: string }>({
  code: "DIRECTORY_ADDRESS_TAKEN",
  status: 409,
  message: ({ email }) => `An account of the organization that the directory cannot manage has the address ${email}.`,
  remedy:
    "Give the user another address at the provider, or change or remove the other account: an account with a password, or one of another directory, never becomes the directory's.",
});

export const MEMBER_UNKNOWN = defineFailure<{ id: string }>({
  code: "MEMBER_UNKNOWN",
  status: 400,
  message: ({ id }) => `members: the directory has no user with the id ${shorten(id)}.`,
  remedy: "Create the user first, and name it by the id that the answer has. Nothing was changed.",
});

export const RESOURCE_VERSION_CONFLICT = defineFailure<{ actual: number }>({
  code: "RESOURCE_VERSION_CONFLICT",
  status: 412,
  message: ({ actual }) => `The resource has the version ${actual}, which If-Match does not name.`,
  remedy: "Read the resource again, and repeat the change with the new ETag. Nothing was changed.",
});

export const ROLE_NOT_ASSIGNABLE = defineFailure<{ role: string }>({
  code: "ROLE_NOT_ASSIGNABLE",
  status: 400,
  message: ({ role }) => `roles: the directory must not give the role ${shorten(role)}.`,
  remedy:
    "An administrator allows roles with setProvisioningMappings(input: { directoryId, assignableRoleKeys }). `/Roles` lists those that are allowed. Nothing was changed.",
});

export const RULES_TOO_COSTLY = defineFailure({
  code: "RULES_TOO_COSTLY",
  status: 400,
  message: "The mappings are too complex to apply to what the request says.",
  remedy:
    "The patterns of the mappings (MATCHES) are too long for the groups and attributes of the directory. Use EQUALS, ONE_OF or CONTAINS, or shorten the patterns. Nothing was changed.",
});

export const DIRECTORY_FAILURES = [
  SCIM_NOT_IN_PLAN,
  DIRECTORY_PAUSED,
  MASS_REMOVAL_STOPPED,
  DIRECTORY_VALUE_TAKEN,
  DIRECTORY_ADDRESS_TAKEN,
  MEMBER_UNKNOWN,
  RESOURCE_VERSION_CONFLICT,
  ROLE_NOT_ASSIGNABLE,
  RULES_TOO_COSTLY,
] as const;
