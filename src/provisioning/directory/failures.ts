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
  remedy: "An administrator can activate it again with updateProvisioningDirectory(input: { id, state: ACTIVE }).",
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

export const DIRECTORY_FAILURES = [
  SCIM_NOT_IN_PLAN,
  DIRECTORY_PAUSED,
  DIRECTORY_VALUE_TAKEN,
  DIRECTORY_ADDRESS_TAKEN,
  MEMBER_UNKNOWN,
  RESOURCE_VERSION_CONFLICT,
] as const;
