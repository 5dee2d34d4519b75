/**
 * The caller of an operation, and what the caller may do. HTTP handlers find the caller of a request. Operations check the
 * caller.
 */
import { Failure, FORBIDDEN, NOT_FOUND, UNAUTHENTICATED } from "../platform/errors/failure.js";
import { ALL_PERMISSIONS, grants, type Permission } from "./permission.js";

/** Who calls an operation. */
export type Caller =
  | { readonly kind: "ANONYMOUS" }
  /** A signed-in person, in the organization of their session. */
  | {
      readonly kind: "PERSON";
      readonly userId: string;
      readonly sessionId: string;
      readonly organizationId: string;
      readonly permissions: ReadonlySet<Permission>;
    }
  /** An API key of one organization. */
  | {
      readonly kind: "API_KEY";
      readonly apiKeyId: string;
      readonly organizationId: string;
      readonly permissions: ReadonlySet<Permission>;
      /**
       * The id of the person who made the key; `null` if that person has every permission in the organization, or if
       * the operator made the key.
       */
      readonly limitedMaker: string | null;
    }
  /** The operator of the installation, with an operator key. Has every permission in every organization. */
  | { readonly kind: "OPERATOR"; readonly apiKeyId: string; readonly operatorId?: never }
  /** The operator, as a signed-in person who runs the installation. Has every permission too. */
  | {
      readonly kind: "OPERATOR";
      readonly operatorId: string;
      readonly sessionId: string;
      readonly apiKeyId?: never;
    }
  /** Usher itself: sign-ins and workers. A request never has this caller. */
  | { readonly kind: "SYSTEM" };

export const ANONYMOUS: Caller = { kind: "ANONYMOUS" };
export const SYSTEM: Caller = { kind: "SYSTEM" };

/** The organization that a read is limited to; `null` reads all organizations (operator and system). */
export type OrganizationScope = string | null;

/** The cause of a change, as events and audit entries show it. */
export interface Cause {
  readonly kind: "SIGN_IN" | "SCIM" | "IMPORT" | "API_KEY" | "ADMINISTRATOR" | "OPERATOR" | "PERSON" | "SYSTEM";
  /** The id of the user, operator, API key, connection or directory that acted; `null` for the system. */
  readonly actor: string | null;
}

/** The cause of a change that a caller makes through an API. */
export function causeOf(caller: Caller): Cause {
  switch (caller.kind) {
    case "PERSON":
      return { kind: "ADMINISTRATOR", actor: caller.userId };
    case "API_KEY":
      return { kind: "API_KEY", actor: caller.apiKeyId };
    case "OPERATOR":
      return { kind: "OPERATOR", actor: caller.operatorId ?? caller.apiKeyId };
    case "SYSTEM":
    case "ANONYMOUS":
      return { kind: "SYSTEM", actor: null };
  }
}

/** Whether the caller holds a permission in an organization. */
export function holds(caller: Caller, organizationId: string, permission: Permission): boolean {
  switch (caller.kind) {
    case "PERSON":
    case "API_KEY":
      return caller.organizationId === organizationId && grants(caller.permissions, permission);
    case "OPERATOR":
    case "SYSTEM":
      return true;
    case "ANONYMOUS":
      return false;
  }
}

/**
 * Refuses a caller who lacks a permission in an organization. A caller of another organization gets NOT_FOUND, so that they
 * do not learn whether the organization exists.
 *
 * @throws UNAUTHENTICATED, NOT_FOUND (another organization) or FORBIDDEN (the permission is missing)
 */
export function requirePermission(caller: Caller, organizationId: string, permission: Permission): void {
  if (holds(caller, organizationId, permission)) return;
  if (caller.kind === "ANONYMOUS") throw new Failure(UNAUTHENTICATED, {});
  if ((caller.kind === "PERSON" || caller.kind === "API_KEY") && caller.organizationId !== organizationId)
    throw new Failure(NOT_FOUND, { type: "organization" });
  throw new Failure(FORBIDDEN, { permission });
}

/**
 * Returns the organization to which the caller's reads are limited; `null` for all organizations. Reads put it into their
 * `WHERE`, so that they do not find rows of another organization.
 *
 * @throws UNAUTHENTICATED or FORBIDDEN
 */
export function scopeFor(caller: Caller, permission: Permission): OrganizationScope {
  switch (caller.kind) {
    case "OPERATOR":
    case "SYSTEM":
      return null;
    case "ANONYMOUS":
      throw new Failure(UNAUTHENTICATED, {});
    case "PERSON":
    case "API_KEY":
      if (!grants(caller.permissions, permission)) throw new Failure(FORBIDDEN, { permission });
      return caller.organizationId;
  }
}

/**
 * Refuses every caller but the operator.
 *
 * @throws UNAUTHENTICATED or FORBIDDEN
 */
export function requireOperator(caller: Caller): void {
  if (caller.kind === "OPERATOR" || caller.kind === "SYSTEM") return;
  if (caller.kind === "ANONYMOUS") throw new Failure(UNAUTHENTICATED, {});
  throw new Failure(FORBIDDEN, { permission: null });
}

/**
 * Refuses a caller who would give permissions that they do not hold.
 *
 * @throws FORBIDDEN naming the first permission that the caller lacks
 */
export function requireHolding(caller: Caller, organizationId: string, given: Iterable<Permission>): void {
  for (const permission of given)
    if (!holds(caller, organizationId, permission)) throw new Failure(FORBIDDEN, { permission });
}

/**
 * Refuses a caller who would give themselves a permission that they do not hold. Every operation that gives a person more
 * access calls this function. A key counts as its maker, so that a person cannot make a key to avoid the check.
 *
 * @param gainers the users who get more access; `ANYBODY` if only later sign-ins decide who they are
 * @throws FORBIDDEN when the caller gains a permission that they lack, or the maker of a key gains one that the key lacks
 */
export function requireNoOwnGain(
  caller: Caller,
  organizationId: string,
  gainers: readonly string[] | "ANYBODY",
  permission: Permission,
): void {
  const person = personBehind(caller);
  if (person === null) return;
  if (gainers === "ANYBODY" || gainers.includes(person)) requireHolding(caller, organizationId, [permission]);
}

/** The id of the signed-in person, or a key's `limitedMaker`. `null` for other callers. */
function personBehind(caller: Caller): string | null {
  if (caller.kind === "PERSON") return caller.userId;
  return caller.kind === "API_KEY" ? caller.limitedMaker : null;
}

/** The `limitedMaker` of a key that the caller makes; `null` for a person with every permission and for the operator. */
export function limitedMakerOf(caller: Caller): string | null {
  if (caller.kind !== "PERSON") return personBehind(caller);
  return ALL_PERMISSIONS.every((permission) => caller.permissions.has(permission)) ? null : caller.userId;
}
