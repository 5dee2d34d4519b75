/**
 * Expected failures. Each part of `src` declares its own with `defineFailure`, and `app` assembles them into a catalogue.
 * HTTP, GraphQL, SCIM and pages each render them in their own form.
 */

/** One entry of the catalogue. */
export interface FailureDefinition<Data = unknown> {
  /** Stable, upper case with underscores; a value of the schema's `ErrorCode`. */
  readonly code: string;
  /** The HTTP status that fits the failure best. */
  readonly status: number;
  /** A sentence that any caller may see: without internals and data of other organizations. */
  readonly message: string | ((data: Data) => string);
  /** What the caller can do about the failure. */
  readonly remedy: string;
}

/** Declares a failure and the type of its data (`extensions.details` in GraphQL). */
export function defineFailure<Data = Record<string, never>>(definition: FailureDefinition<Data>) {
  return definition;
}

/** An expected failure, which operations throw. Only the code of HTTP, GraphQL, SCIM and pages turns it into a response. */
export class Failure<Data = unknown> extends Error {
  override readonly name = "Failure";
  readonly code: string;
  readonly status: number;
  readonly remedy: string;

  constructor(
    readonly definition: FailureDefinition<Data>,
    readonly details: Data,
    options?: ErrorOptions,
  ) {
    super(typeof definition.message === "function" ? definition.message(details) : definition.message, options);
    this.code = definition.code;
    this.status = definition.status;
    this.remedy = definition.remedy;
  }
}

/** A wrong field of an input, for forms. */
export interface FieldIssue {
  /** The path in the input, joined with dots: `settings.oidc.discoveryUrl`. */
  readonly path: string;
  /** A catalogue code of the field's kind: `REQUIRED`, `INVALID`, `TAKEN`, `UNKNOWN`, `FIXED`. */
  readonly code: "REQUIRED" | "INVALID" | "TAKEN" | "UNKNOWN" | "FIXED";
  readonly message: string;
}

export const INVALID_INPUT = defineFailure<{ fields: readonly FieldIssue[] }>({
  code: "INVALID_INPUT",
  status: 400,
  message: ({ fields }) =>
    fields.length === 1 && fields[0]
      ? `${fields[0].path}: ${fields[0].message}`
      : `The input has ${fields.length} mistakes: ${fields.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
  remedy: "Correct the fields that details.fields names, and send the request again.",
});

export const NOT_FOUND = defineFailure<{ type: string }>({
  code: "NOT_FOUND",
  status: 404,
  message: ({ type }) => `There is no such ${type}, or you may not see it.`,
  remedy: "Check the id, and that your key or account belongs to the same organization.",
});

export const UNAUTHENTICATED = defineFailure({
  code: "UNAUTHENTICATED",
  status: 401,
  message: "This needs a signed-in person or an API key.",
  remedy: "Sign in, or send `Authorization: Bearer KEY` with a key that is neither expired nor revoked.",
});

export const FORBIDDEN = defineFailure<{ permission: string | null }>({
  code: "FORBIDDEN",
  status: 403,
  message: ({ permission }) =>
    permission === null
      ? "You may not do this, and no permission changes that. The operation's description says who may."
      : `You may not do this: it needs the permission ${permission}.`,
  remedy:
    "Ask an administrator of the organization for the role, or use a key that has the scope. If details.permission is null, ask a person that the operation's description names.",
});

export const RATE_LIMITED = defineFailure<{ retryAfterSeconds: number }>({
  code: "RATE_LIMITED",
  status: 429,
  message: ({ retryAfterSeconds }) => `Too many requests. Try again in ${retryAfterSeconds} s.`,
  remedy: "Wait for the number of seconds that details.retryAfterSeconds names.",
});

export const UNAVAILABLE = defineFailure<{ retryAfterSeconds: number }>({
  code: "UNAVAILABLE",
  status: 503,
  message: "The installation cannot do this at the moment.",
  remedy: "Try again after the number of seconds that details.retryAfterSeconds names. Nothing was changed.",
});

export const QUERY_LIMIT_EXCEEDED = defineFailure<{ limit: string; maximum: number; actual: number }>({
  code: "QUERY_LIMIT_EXCEEDED",
  status: 400,
  message: ({ limit, maximum, actual }) => `The query's ${limit} is ${actual}; the limit is ${maximum}.`,
  remedy: "Ask for less at once: smaller pages, fewer nested lists, or several requests.",
});

export const BAD_REQUEST = defineFailure<{ reason: string }>({
  code: "BAD_REQUEST",
  status: 400,
  message: ({ reason }) => reason,
  remedy: "Correct the request; docs/frontend.md shows the form.",
});

export const INTERNAL = defineFailure({
  code: "INTERNAL",
  status: 500,
  message: "Something went wrong on our side.",
  remedy: "Try again. If the error stays, give the reference to the operator of this installation.",
});

/** The `Retry-After` header (RFC 9110, 10.2.3) of a failure that says how long to wait. */
export function retryAfterHeader({ details }: { readonly details: unknown }): Readonly<Record<string, string>> {
  const seconds = details instanceof Object && "retryAfterSeconds" in details && details.retryAfterSeconds;
  return typeof seconds === "number" ? { "retry-after": String(seconds) } : {};
}

/** The failures that all parts share. */
export const PLATFORM_FAILURES = [
  INVALID_INPUT,
  NOT_FOUND,
  UNAUTHENTICATED,
  FORBIDDEN,
  RATE_LIMITED,
  UNAVAILABLE,
  QUERY_LIMIT_EXCEEDED,
  BAD_REQUEST,
  INTERNAL,
] as const;
