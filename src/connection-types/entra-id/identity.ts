/**
 * Identifies a person in Entra ID by the directory (`tid`) and the object in it (`oid`). Microsoft documents that this pair
 * never changes and never goes to another person. `sub` is different for each application, and `email`, `upn` and
 * `preferred_username` can change, even to the value of another person.
 */
import { quote } from "../../connection/contract/index.js";
import type { Claims } from "../../protocols/oidc/index.js";
import { refuse } from "./refusals.js";
import { isGuid } from "./settings.js";

/**
 * The subject of a person in this directory: `tid:oid`.
 *
 * @throws ProtocolRefusal `ENTRA_TENANT_MISMATCH` for an account of a different directory, or `ENTRA_OBJECT_ID_INVALID`
 */
export function readSubject({ tid, oid }: Claims, tenantId: string): string {
  if (tid !== tenantId) return refuse("ENTRA_TENANT_MISMATCH", `tid is ${show(tid)}, expected was ${tenantId}`);
  if (!isGuid(oid)) return refuse("ENTRA_OBJECT_ID_INVALID", `oid is ${show(oid)}`);
  return `${tid}:${oid}`;
}

/**
 * Refuses a token of a different directory. Microsoft signs with the same keys for every directory, so only the claims
 * show which directory a token is from.
 *
 * @throws ProtocolRefusal `ENTRA_TENANT_MISMATCH` when the token names a different directory
 */
export function refuseForeignTenant({ iss, tid }: Claims, tenantId: string): void {
  if (isGuid(tid) && tid !== tenantId)
    refuse("ENTRA_TENANT_MISMATCH", `tid is ${show(tid)}, iss is ${show(iss)}, expected was ${tenantId}`);
}

function show(value: unknown): string {
  return value === undefined ? "missing" : quote(JSON.stringify(value));
}
