/** Reads the caller's own user, permissions, memberships and API key. */
import { ALL_PERMISSIONS, type Permission } from "../../access/permission.js";
import type { Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { ApiKey } from "../api-key/api-key.js";
import { findKeyOfCaller } from "../api-key/api-key.repository.js";
import { findOperator } from "../operator/operator.repository.js";
import type { Operator } from "../operator/operator.js";
import { findSession } from "../session/session.repository.js";
import type { ShownSession } from "../session/session.js";
import { showMember } from "../user/user.access.js";
import { findMembershipsOf, findUser } from "../user/user.repository.js";
import type { Member } from "../user/user.js";

/** The signed-in person, in the session's organization; `null` for a key. */
export async function readOwnUser({ reader }: Store, caller: Caller): Promise<Member | null> {
  if (caller.kind !== "PERSON") return null;
  const user = await findUser(reader, caller.organizationId, caller.userId);
  return user && showMember(caller, user, caller.organizationId);
}

/** The caller's permissions, in the order of the catalogue. */
export function readOwnPermissions(caller: Caller): readonly Permission[] {
  switch (caller.kind) {
    case "PERSON":
    case "API_KEY":
      return ALL_PERMISSIONS.filter((permission) => caller.permissions.has(permission));
    case "OPERATOR":
    case "SYSTEM":
      return ALL_PERMISSIONS;
    case "ANONYMOUS":
      return [];
  }
}

/** A person's membership in an organization. */
export interface Membership {
  readonly organizationId: string;
  readonly userId: string;
}

/** The memberships of the signed-in person. None for a key. */
export async function readOwnMemberships({ reader }: Store, caller: Caller): Promise<readonly Membership[]> {
  if (caller.kind !== "PERSON") return [];
  const { userId } = caller;
  return (await findMembershipsOf(reader, userId)).map((organizationId) => ({ organizationId, userId }));
}

/** The session of the request; `null` for a key. */
export async function readOwnSession({ reader }: Store, caller: Caller): Promise<ShownSession | null> {
  return caller.kind === "PERSON" ? await findSession(reader, caller.sessionId) : null;
}

/** The signed-in operator; `null` for other callers, also for the operator's key. */
export async function readOwnOperator({ reader }: Store, caller: Caller): Promise<Operator | null> {
  if (caller.kind !== "OPERATOR" || caller.operatorId === undefined) return null;
  return await findOperator(reader, caller.operatorId);
}

/** The key of the caller; `null` for a person. */
export async function readOwnApiKey({ reader }: Store, caller: Caller): Promise<ApiKey | null> {
  if (caller.kind !== "API_KEY" && caller.kind !== "OPERATOR") return null;
  return caller.apiKeyId === undefined ? null : await findKeyOfCaller(reader, caller.apiKeyId);
}
