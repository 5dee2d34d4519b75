/**
 * Checks that a Google account belongs to the company. Only the claim `hd` of the verified ID token says to which
 * company it belongs.
 */
import { quote } from "../../connection/contract/index.js";
import type { Claims } from "../../protocols/oidc/index.js";
import { parseDomain } from "./settings.js";
import { refuse } from "./refusals.js";

/** How many characters of a list of domains a detail shows. */
const LONGEST_LIST = 800;

/**
 * The domain of the Google Workspace to which a person of any company belongs.
 *
 * @throws ProtocolRefusal `GOOGLE_DOMAIN_MISSING` or `GOOGLE_DOMAIN_MISMATCH`
 */
export function readDomain({ hd }: Claims): string {
  if (hd === undefined) return refuse("GOOGLE_DOMAIN_MISSING", "the token has no hd claim");
  const parsed = typeof hd === "string" ? parseDomain(hd) : null;
  if (parsed === null || "issue" in parsed)
    return refuse("GOOGLE_DOMAIN_MISMATCH", `hd is ${quote(JSON.stringify(hd))}, not a company's domain`);
  return parsed.value;
}

/**
 * Checks `hd`, which only accounts of a Workspace have. The e-mail address proves nothing: everybody can open a
 * personal Google account with an address of the company.
 *
 * @throws ProtocolRefusal `GOOGLE_DOMAIN_MISSING` or `GOOGLE_DOMAIN_MISMATCH`
 */
export function checkDomain({ hd }: Claims, domains: readonly string[]): void {
  if (hd === undefined) refuse("GOOGLE_DOMAIN_MISSING", "the token has no hd claim");
  if (typeof hd !== "string" || !domains.includes(hd.toLowerCase()))
    refuse(
      "GOOGLE_DOMAIN_MISMATCH",
      `hd is ${quote(JSON.stringify(hd))}, expected was ${domains.join(" or ").slice(0, LONGEST_LIST)}`,
    );
}
