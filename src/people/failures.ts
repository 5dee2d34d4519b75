/** What can go wrong with organizations, users, roles and keys. */
import { defineFailure, Failure } from "../platform/errors/failure.js";

export const SLUG_TAKEN = defineFailure<{ slug: string }>({
  code: "SLUG_TAKEN",
  status: 409,
  message: ({ slug }) => `The short name "${slug}" belongs to another organization.`,
  remedy: "Choose another short name. Nothing was created.",
});

export const EMAIL_TAKEN = defineFailure<{
  email: string;
  /** Only the operator is told, and only where the address lies in another organization. */
  organizationId: string | null;
}>({
  code: "EMAIL_TAKEN",
  status: 409,
  message: ({ email, organizationId }) =>
    organizationId === null
      ? `The address ${email} is already in use.`
      : `The address ${email} is already in use, in the organization ${organizationId}.`,
  remedy: "Use the account that has the address, or another address.",
});

export const LAST_ADMINISTRATOR = defineFailure({
  code: "LAST_ADMINISTRATOR",
  status: 409,
  message: "This is the last active administrator of the organization.",
  remedy: "Make somebody else an administrator first.",
});

export const VERSION_CONFLICT = defineFailure<{ expected: number; actual: number }>({
  code: "VERSION_CONFLICT",
  status: 409,
  message: ({ expected, actual }) => `Somebody else changed it: you know version ${expected}, it is at ${actual}.`,
  remedy: "Read it again, and repeat your change on what is there now.",
});

/**
 * Refuses a change of something that is no longer what the caller knows.
 *
 * @param expected what the caller knows; absent changes whatever is there
 * @throws VERSION_CONFLICT
 */
export function requireVersion(expected: number | null | undefined, actual: number): void {
  if (expected != null && expected !== actual) throw new Failure(VERSION_CONFLICT, { expected, actual });
}

export const FIELD_OVERRULED = defineFailure<{
  fields: readonly { readonly field: string; readonly source: string }[];
}>({
  code: "FIELD_OVERRULED",
  status: 409,
  message: ({ fields }) =>
    `Another source decides: ${fields.map(({ field, source }) => `${field} comes from ${source}`).join(", ")}.`,
  remedy:
    "Change the value where it comes from, or change the organization's policy fieldPrecedence. Nothing was changed.",
});

export const PEOPLE_FAILURES = [
  SLUG_TAKEN,
  EMAIL_TAKEN,
  LAST_ADMINISTRATOR,
  VERSION_CONFLICT,
  FIELD_OVERRULED,
] as const;
