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

export const SCIM_FAILURES = [SCIM_REQUEST_INVALID] as const;
