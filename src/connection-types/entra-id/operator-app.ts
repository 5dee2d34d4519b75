/**
 * The operator's app for all directories: Microsoft's endpoints for `organizations`, and the page on which an administrator
 * consents for their directory ("Admin consent on the Microsoft identity platform").
 */
import { quote } from "../../connection/contract/index.js";
import { interpretProviderError, type Claims, type TenantIssuers } from "../../protocols/oidc/index.js";
import { isGuest } from "./normalize.js";
import { refuse } from "./refusals.js";
import { isGuid, SHARED_TENANTS } from "./settings.js";

/**
 * The ID of the directory to which a person of any company belongs.
 *
 * @throws ProtocolRefusal `ENTRA_PERSONAL_ACCOUNT`, or `ENTRA_TENANT_MISMATCH` without the ID of a directory
 */
export function readTenant({ tid }: Claims): string {
  if (typeof tid === "string" && SHARED_TENANTS.includes(tid)) return refuse("ENTRA_PERSONAL_ACCOUNT", `tid is ${tid}`);
  if (!isGuid(tid)) return refuse("ENTRA_TENANT_MISMATCH", `tid is ${quote(JSON.stringify(tid))}, not a directory`);
  return tid;
}

/**
 * The ID of the directory for which a person can consent. A guest cannot consent for the directory.
 *
 * @throws ProtocolRefusal `ENTRA_CONSENT_BY_GUEST`, and as `readTenant`
 */
export function readOwnTenant(claims: Claims): string {
  const tenantId = readTenant(claims);
  return isGuest(claims, tenantId) ? refuse("ENTRA_CONSENT_BY_GUEST", `tid is ${tenantId}`) : tenantId;
}

/**
 * The issuers of all directories of a cloud. The issuer of a token must be the issuer of the directory in the token's
 * `tid`.
 */
export function directoryIssuers(issuerOf: (tenantId: string) => string): TenantIssuers {
  return {
    includes: (issuer) => {
      const tenantId = /[0-9a-f-]{36}/.exec(issuer)?.[0];
      return isGuid(tenantId) && issuer === issuerOf(tenantId);
    },
    of: (claims) => issuerOf(readTenant(claims)),
  };
}

/** Microsoft's page for an administrator of any directory. */
export function adminConsentUrl(authority: string, query: Readonly<Record<string, string>>): string {
  return `${authority}/organizations/v2.0/adminconsent?${new URLSearchParams(query).toString()}`;
}

/**
 * Reads the answer of Microsoft's page, and returns the tenant that it names, or `null`. The answer is not signed, so
 * it proves nothing.
 *
 * @throws ProtocolRefusal `ENTRA_CONSENT_REFUSED`
 */
export function readAdminConsent(parameters: Readonly<Record<string, string>>): string | null {
  const { error, error_description: description, admin_consent: consented, tenant } = parameters;
  if (error !== undefined) return refuse("ENTRA_CONSENT_REFUSED", interpretProviderError(error, description).detail);
  if (consented?.toLowerCase() !== "true")
    return refuse("ENTRA_CONSENT_REFUSED", `admin_consent is ${quote(consented)}, not True`);
  return tenant?.toLowerCase() ?? null;
}
