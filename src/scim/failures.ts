/** Failures that only SCIM requests have (RFC 7644, section 3.12). */
import { defineFailure, Failure } from "../platform/errors/failure.js";

/** The error keywords of RFC 7644, table 9, and of RFC 9865 that Usher answers with. */
type ScimType =
  | "invalidFilter"
  | "tooMany"
  | "invalidSyntax"
  | "invalidPath"
  | "noTarget"
  | "invalidValue"
  | "mutability"
  // RFC 9865, section 2.1.
  | "invalidCursor"
  | "expiredCursor"
  | "invalidCount";

const SCIM_REQUEST_INVALID = defineFailure<{ scimType: ScimType; detail: string }>({
  code: "SCIM_REQUEST_INVALID",
  status: 400,
  message: ({ detail }) => detail,
  remedy: "Correct the request as the detail says. Nothing was changed.",
});

/** The failure of a request that is not understood. */
export function invalid(scimType: ScimType, detail: string): Failure<{ scimType: ScimType; detail: string }> {
  return new Failure(SCIM_REQUEST_INVALID, { scimType, detail });
}

/** A bulk request has too many operations (RFC 7644, section 3.7.4). */
export const SCIM_BULK_TOO_LARGE = defineFailure<{ count: number; most: number }>({
  code: "SCIM_BULK_TOO_LARGE",
  status: 413,
  message: ({ count, most }) => `The bulk request has ${count} operations; send at most ${most} (maxOperations).`,
  remedy: "Split the operations among several requests. Nothing was changed.",
});

/** A `bulkId` has no resource (RFC 7644, section 3.7.2). */
export const SCIM_BULK_REFERENCE_UNRESOLVED = defineFailure<{ bulkId: string; isCircular: boolean }>({
  code: "SCIM_BULK_REFERENCE_UNRESOLVED",
  status: 409,
  message: ({ bulkId, isCircular }) =>
    isCircular
      ? `bulkId:${bulkId} refers back to this operation. Create the resources first, and set the references afterwards.`
      : `The operation that makes bulkId:${bulkId} failed, so this operation was not processed.`,
  remedy: "Correct the operation that makes the resource, and send both again.",
});

/** A resource type can only be read (RFC 9110, section 15.5.6). */
export const SCIM_READ_ONLY = defineFailure({
  code: "SCIM_READ_ONLY",
  status: 405,
  message: "Roles can only be read by SCIM.",
  remedy: "Give a role by the attribute roles of a user, where the directory's policy allows it. Nothing was changed.",
});

/** A request has no valid token of a directory (RFC 6750, section 3.1). */
export const SCIM_TOKEN_REFUSED = defineFailure({
  code: "SCIM_TOKEN_REFUSED",
  status: 401,
  message:
    "The request has no valid token of a provisioning directory. Enter the directory's newest token alone, without `Bearer` before it.",
  remedy:
    "An administrator makes a new token with rotateProvisioningToken(id), and enters it at the provider. API keys and sessions do not open SCIM.",
});

export const SCIM_FAILURES = [
  SCIM_REQUEST_INVALID,
  SCIM_BULK_TOO_LARGE,
  SCIM_BULK_REFERENCE_UNRESOLVED,
  SCIM_READ_ONLY,
  SCIM_TOKEN_REFUSED,
] as const;
