/**
 * Who somebody is in Entra ID: the directory (`tid`) and the object in it (`oid`), which Microsoft documents as the pair
 * that never changes and is never given to somebody else. `sub` differs from application to application, and `email`,
 * `upn` and `preferred_username` can be changed, also to another person's.
 */
import { quote } from "../../connection/contract/index.js";
import type { Claims } from "../../protocols/oidc/index.js";
import { refuse } from "./refusals.js";
import { isGuid } from "./settings.js";

/**
 * Answers the subject, `tid:oid`, of somebody in this directory.
 *
 * @throws ProtocolRefusal `ENTRA_TENANT_MISMATCH` for an account of another directory, `ENTRA_OBJECT_ID_INVALID`
 */
export function readSubject({ tid, oid }: Claims, tenantId: string): string {
  if (tid !== tenantId) return refuse("ENTRA_TENANT_MISMATCH", `tid is ${show(tid)}, expected was ${tenantId}`);
  if (!isGuid(oid)) return refuse("ENTRA_OBJECT_ID_INVALID", `oid is ${show(oid)}`);
  return `${tid}:${oid}`;
}

/**
 * Microsoft signs with the same keys for every directory, so that a token of another one is told by its claims alone.
 *
 * @throws ProtocolRefusal `ENTRA_TENANT_MISMATCH` when the token names another directory
 */
export function refuseForeignTenant({ iss, tid }: Claims, tenantId: string): void {
  if (isGuid(tid) && tid !== tenantId)
    refuse("ENTRA_TENANT_MISMATCH", `tid is ${show(tid)}, iss is ${show(iss)}, expected was ${tenantId}`);
}

function show(value: unknown): string {
  return value === undefined ? "missing" : quote(JSON.stringify(value));
}
