/** Who asked for something earlier, with what they may do now: what they left behind is worth no more than they are. */
import type { Caller } from "../../access/caller.js";
import type { Reader } from "../../platform/database/database.js";
import { findKeyOfCaller } from "../api-key/api-key.repository.js";
import { findRolesOfUsers } from "../role/role.repository.js";
import { findUser } from "../user/user.repository.js";

/** Who asked, as it may be stored: an id is no secret. */
export type RememberedCaller =
  | { readonly kind: "PERSON"; readonly userId: string; readonly organizationId: string }
  | { readonly kind: "API_KEY" | "OPERATOR"; readonly apiKeyId: string };

/**
 * What is to be remembered of a caller.
 *
 * @throws Error for nobody and for Usher itself, who ask for nothing that is kept
 */
export function rememberCaller(caller: Caller): RememberedCaller {
  switch (caller.kind) {
    case "PERSON":
      return { kind: "PERSON", userId: caller.userId, organizationId: caller.organizationId };
    case "API_KEY":
    case "OPERATOR":
      return { kind: caller.kind, apiKeyId: caller.apiKeyId };
    case "ANONYMOUS":
    case "SYSTEM":
      throw new Error(`a caller of kind ${caller.kind} is not remembered`);
  }
}

/**
 * The caller as of now; `null` when a key was revoked or is over, or a person is no longer active or no member. The
 * session of a person is not asked about: who signs out takes nothing back.
 */
export async function recallCaller(reader: Reader, now: Date, remembered: RememberedCaller): Promise<Caller | null> {
  if (remembered.kind === "PERSON") return await recallPerson(reader, remembered);
  const key = await findKeyOfCaller(reader, remembered.apiKeyId);
  if (key === null || key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now)) return null;
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
