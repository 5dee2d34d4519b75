/** Restores the caller of an earlier request for later work, with the caller's present permissions. */
import type { Caller } from "../../access/caller.js";
import type { Reader } from "../../platform/database/database.js";
import { findKeyOfCaller, isInForce } from "../api-key/api-key.repository.js";
import { findOperator } from "../operator/operator.repository.js";
import { findRolesOfUsers } from "../role/role.repository.js";
import { findUser } from "../user/user.repository.js";

/** A caller in the form that is stored: ids only, no secrets. */
export type RememberedCaller =
  | { readonly kind: "PERSON"; readonly userId: string; readonly organizationId: string }
  | { readonly kind: "API_KEY" | "OPERATOR"; readonly apiKeyId: string }
  | { readonly kind: "OPERATOR"; readonly operatorId: string };

/**
 * The stored form of a caller.
 *
 * @throws Error for anonymous callers and the system, because they never store work
 */
export function rememberCaller(caller: Caller): RememberedCaller {
  switch (caller.kind) {
    case "PERSON":
      return { kind: "PERSON", userId: caller.userId, organizationId: caller.organizationId };
    case "API_KEY":
      return { kind: "API_KEY", apiKeyId: caller.apiKeyId };
    case "OPERATOR":
      return caller.operatorId === undefined
        ? { kind: "OPERATOR", apiKeyId: caller.apiKeyId }
        : { kind: "OPERATOR", operatorId: caller.operatorId };
    case "ANONYMOUS":
    case "SYSTEM":
      throw new Error(`a caller of kind ${caller.kind} cannot be stored`);
  }
}

/**
 * The caller with present permissions. `null` if the key is revoked or expired, or if the person is no longer active or no
 * longer a member. Signing out does not cancel stored work, so sessions are not checked.
 */
export async function recallCaller(reader: Reader, now: Date, remembered: RememberedCaller): Promise<Caller | null> {
  if (remembered.kind === "PERSON") return await recallPerson(reader, remembered);
  if ("operatorId" in remembered) {
    const { operatorId } = remembered;
    return (await findOperator(reader, operatorId)) === null ? null : { kind: "OPERATOR", operatorId, sessionId: "" };
  }
  const key = await findKeyOfCaller(reader, remembered.apiKeyId);
  if (key === null || !isInForce(key, now)) return null;
  if (key.organizationId === null) return { kind: "OPERATOR", apiKeyId: key.id };
  return {
    kind: "API_KEY",
    apiKeyId: key.id,
    organizationId: key.organizationId,
    permissions: new Set(key.scopes),
    limitedMaker: key.limitedMaker,
  };
}

async function recallPerson(
  reader: Reader,
  { userId, organizationId }: Extract<RememberedCaller, { kind: "PERSON" }>,
): Promise<Caller | null> {
  const user = await findUser(reader, organizationId, userId);
  if (user?.status !== "ACTIVE") return null;
  const roles = (await findRolesOfUsers(reader, organizationId, [userId])).get(userId) ?? [];
  const permissions = new Set(roles.flatMap((role) => role.permissions));
  return { kind: "PERSON", userId, sessionId: "", organizationId, permissions };
}
