/** Sets the keys with which the provider of a directory signs assertions, and gives access tokens for assertions. */
import { v7 as uuidv7 } from "uuid";
import { SYSTEM, type Caller } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import { recordAudit } from "../../../audit/record-audit.js";
import { lockOrganization } from "../../../people/organization/organization.repository.js";
import { findDirectory } from "../stored/directory.repository.js";
import type { Directory } from "../stored/directory.js";
import { changeDirectory, entryOf, requireHoldingGiven } from "../stored/directory.operations.js";
import { addAccessToken, endAccessTokens } from "../stored/token.repository.js";
import { readTrust, type AssertionTrust, type TrustInput } from "./assertion-trust.js";
import { findTrustOf, replaceTrust } from "./trust.repository.js";

/**
 * Sets the issuer and the keys of the assertions that a directory accepts, or makes it accept none. Earlier access tokens of the directory stop at once.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function setAssertionTrust(
  store: Store,
  caller: Caller,
  id: string,
  input: TrustInput,
  serverUrl: (url: URL) => string | null,
): Promise<Directory> {
  const read = readTrust(input, serverUrl);
  return await changeDirectory(store, caller, id, async (unit, directory) => {
    await requireHoldingGiven(unit, directory);
    const before = (await findTrustOf(unit, [id])).get(id) ?? null;
    const after: AssertionTrust | null = read && { ...read, id: uuidv7(), directoryId: id };
    await replaceTrust(unit, id, after);
    await endAccessTokens(unit, id);
    await recordAudit(unit, {
      ...entryOf("directory.assertion_keys_set", directory),
      before: auditView(before),
      after: auditView(after),
    });
    return directory;
  });
}

/**
 * Gives an access token for a verified assertion.
 *
 * @param trust the keys that verified the assertion
 * @param assertionId the `jti` of the assertion
 * @returns `null` if the assertion was used before; `"CHANGED"` if the directory or its keys changed meanwhile
 */
export async function giveAccessToken(
  store: Store,
  trust: AssertionTrust,
  assertionId: string,
): Promise<{ readonly token: string } | null | "CHANGED"> {
  const { directoryId } = trust;
  const directory = await findDirectory(store.reader, null, directoryId);
  if (directory === null) return "CHANGED";
  return await store.begin(SYSTEM, { kind: "SCIM", actor: directoryId }, async (unit) => {
    await lockOrganization(unit, directory.organizationId);
    const present = (await findTrustOf(unit, [directoryId])).get(directoryId);
    // If an administrator removes a key during the verification, its assertion must give no token.
    if (present?.id !== trust.id) return "CHANGED";
    const token = await addAccessToken(unit, directoryId, assertionId);
    return token === null ? null : { token };
  });
}

function auditView(trust: AssertionTrust | null) {
  if (trust === null) return { issuer: null, jwksUrl: null, keyIds: null };
  const { issuer, keys } = trust;
  return {
    issuer,
    jwksUrl: "jwksUrl" in keys ? keys.jwksUrl : null,
    keyIds: "jwks" in keys ? keys.jwks.map(({ kid }) => kid ?? "") : null,
  };
}
