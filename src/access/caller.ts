/** Who asks, and what they may do. Doors resolve a request into a caller; operations ask the caller. */
import { Failure, FORBIDDEN, NOT_FOUND, UNAUTHENTICATED } from "../platform/errors/failure.js";
import { ALL_PERMISSIONS, grants, type Permission } from "./permission.js";

/** Who asks. */
export type Caller =
  | { readonly kind: "ANONYMOUS" }
  /** A signed-in person, in the organization that the session is in. */
  | {
      readonly kind: "PERSON";
      readonly userId: string;
      readonly sessionId: string;
      readonly organizationId: string;
      readonly permissions: ReadonlySet<Permission>;
    }
  /** A key of one organization. */
  | {
      readonly kind: "API_KEY";
      readonly apiKeyId: string;
      readonly organizationId: string;
      readonly permissions: ReadonlySet<Permission>;
      /** The person who made it, where they may not do everything in the organization; else `null`. */
      readonly limitedMaker: string | null;
    }
  /** Whoever runs the installation: every organization, every permission. */
  | { readonly kind: "OPERATOR"; readonly apiKeyId: string }
  /** Usher itself: sign-in and workers. No request is ever resolved to it. */
  | { readonly kind: "SYSTEM" };

export const ANONYMOUS: Caller = { kind: "ANONYMOUS" };
export const SYSTEM: Caller = { kind: "SYSTEM" };

/** Which organization a read is bound to; `null` binds it to none (operator and system). */
export type OrganizationScope = string | null;

/** What set a change off, as events and audit entries tell it. */
export interface Cause {
  readonly kind: "SIGN_IN" | "SCIM" | "IMPORT" | "API_KEY" | "ADMINISTRATOR" | "OPERATOR" | "PERSON" | "SYSTEM";
  /** The id of the user, API key, connection or directory that acted; `null` for the system. */
  readonly actor: string | null;
}

/** The cause that follows from a caller who changes something through an API. */
export function causeOf(caller: Caller): Cause {
  switch (caller.kind) {
    case "PERSON":
      return { kind: "ADMINISTRATOR", actor: caller.userId };
    case "API_KEY":
      return { kind: "API_KEY", actor: caller.apiKeyId };
    case "OPERATOR":
      return { kind: "OPERATOR", actor: caller.apiKeyId };
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
 * Refuses unless the caller may do something in an organization. Another organization's existence is not admitted.
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
 * The scope in which a caller may read with a permission. Reads put it into their `WHERE`, so that what belongs to
 * another organization is not found rather than refused.
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
 * Refuses all but the operator.
 *
 * @throws UNAUTHENTICATED or FORBIDDEN
 */
export function requireOperator(caller: Caller): void {
  if (caller.kind === "OPERATOR" || caller.kind === "SYSTEM") return;
  if (caller.kind === "ANONYMOUS") throw new Failure(UNAUTHENTICATED, {});
  throw new Failure(FORBIDDEN, { permission: null });
}

/**
 * Nobody gives what they do not hold.
 *
 * @throws FORBIDDEN naming the first permission that the caller lacks
 */
export function requireHolding(caller: Caller, organizationId: string, given: Iterable<Permission>): void {
  for (const permission of given)
    if (!holds(caller, organizationId, permission)) throw new Failure(FORBIDDEN, { permission });
}

/**
 * Refuses a caller who would give themselves a permission that they do not hold. Every change that lets somebody see or do
 * more calls it. A key stands for its maker: a person would otherwise make one to get round this.
 *
 * @param gainers the users who gain by the change; `ANYBODY` where only a later sign-in shows who they are
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

/** The person for whom a caller acts and who may not do everything; a key's maker may use it for themself. */
function personBehind(caller: Caller): string | null {
  if (caller.kind === "PERSON") return caller.userId;
  return caller.kind === "API_KEY" ? caller.limitedMaker : null;
}

/** The person to be remembered with a key that the caller makes, so that it gives them nothing that they do not hold. */
export function limitedMakerOf(caller: Caller): string | null {
  if (caller.kind !== "PERSON") return personBehind(caller);
  return ALL_PERMISSIONS.every((permission) => caller.permissions.has(permission)) ? null : caller.userId;
}
