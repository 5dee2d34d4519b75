/**
 * Finds what in the organization keeps a connection from working: switches that turn single sign-on off, merging that joins
 * nobody, and the lack of an account that signs in while the provider is down.
 */
import { findDomainsOfOrganizations } from "../../people/domain/domain.repository.js";
import { readInstallation } from "../../people/installation/installation.js";
import { findOrganization } from "../../people/organization/organization.repository.js";
import { lacksBreakGlass } from "../../people/user/break-glass/break-glass.rules.js";
import { findSsoObstacle, type SsoObstacle } from "../../people/organization/sso-conditions.js";
import type { Reader } from "../../platform/database/database.js";
import type { AnyConnectionType, Finding } from "../contract/index.js";
import { saysWhetherAddressesAreVerified } from "../identity/identity.repository.js";
import type { ConnectionServices } from "../services.js";
import type { Connection } from "./connection.js";

/** The findings about the organization, in the order in which a sign-in checks them. Does not ask the provider. */
export async function findObstacles(
  { reader, registry, operatorContact }: ConnectionServices,
  connection: Connection,
): Promise<readonly Finding[]> {
  const { organizationId } = connection;
  const organization = await findOrganization(reader, organizationId, organizationId);
  if (organization === null) return [];
  const obstacle = findSsoObstacle({ installation: await readInstallation(reader), organization });
  const merging = (await joinsNobody(reader, registry.get(connection.type), connection)) ? [MERGING_JOINS_NOBODY] : [];
  const warnings = (await lacksBreakGlass(reader, organization)) ? [...merging, BREAK_GLASS_MISSING] : merging;
  return obstacle === null ? warnings : [describeObstacle(obstacle, operatorContact), ...warnings];
}

/**
 * Each check is named after the code with which sign-ins are refused. The organization's own policy gives only a
 * warning, because its administrators can change the policy. Other obstacles are errors.
 */
function describeObstacle(obstacle: SsoObstacle, operatorContact: string | null): Finding {
  const operator = operatorContact === null ? "the operator of this installation" : `the operator (${operatorContact})`;
  const refused = "Every sign-in through the connection is refused.";
  switch (obstacle) {
    case "SYSTEM_OFF":
      return {
        check: "SSO_SYSTEM_OFF",
        level: "ERROR",
        message: `Single sign-on is switched off for the whole system. ${refused}`,
        remedy: `Ask ${operator} to switch it on with updateInstallation(input: { ssoAllowed: true }).`,
      };
    case "NOT_IN_PLAN":
      return {
        check: "SSO_NOT_IN_PLAN",
        level: "ERROR",
        message: `The organization's plan does not include single sign-on. ${refused}`,
        remedy: `Ask ${operator} to include it with updateOrganization(input: { id, entitlements: { sso: true } }).`,
      };
    case "NOT_ALLOWED":
      return {
        check: "SSO_NOT_ALLOWED",
        level: "ERROR",
        message: `The operator does not allow single sign-on for the organization. ${refused}`,
        remedy: `Ask ${operator} to allow it with updateOrganization(input: { id, ssoAllowed: true }).`,
      };
    case "SWITCHED_OFF":
      return {
        check: "SSO_SWITCHED_OFF",
        level: "WARNING",
        message: `The organization's policy ssoEnforcement is OFF. ${refused}`,
        remedy: "Set ssoEnforcement to OPTIONAL or REQUIRED when people should sign in through the connection.",
      };
  }
}

const BREAK_GLASS_MISSING: Finding = {
  check: "BREAK_GLASS_MISSING",
  level: "WARNING",
  message:
    "The organization requires single sign-on, and no break-glass account can sign in. If the provider fails, nobody can sign in to correct the connection.",
  remedy:
    "Create an account with authMethod PASSWORD and the role ADMIN, set its password, and mark it with setBreakGlass.",
};

const MERGING_JOINS_NOBODY: Finding = {
  check: "MERGING_JOINS_NOBODY",
  level: "WARNING",
  message:
    "accountLinking is MERGE_BY_EMAIL, but no sign-in can join an account: requireVerifiedEmail is on, the provider does not say whether an address is verified, and the organization has proved no domain.",
  remedy:
    "Prove the domain of the addresses with addDomain and verifyDomain, or let the provider send email_verified (Entra ID: the optional claim xms_edov; SAML cannot). If you trust every address that the provider sends, set requireVerifiedEmail to false. Or set accountLinking to ADMIN_LINK, and approve each link yourself.",
};

/** Whether merging can join nobody, because no address can satisfy `requireVerifiedEmail` (see `isProved`). */
async function joinsNobody(
  reader: Reader,
  type: AnyConnectionType,
  { id, organizationId, policies }: Connection,
): Promise<boolean> {
  if (policies.accountLinking !== "MERGE_BY_EMAIL" || !policies.requireVerifiedEmail) return false;
  const domains = (await findDomainsOfOrganizations(reader, [organizationId])).get(organizationId) ?? [];
  if (domains.some(({ verifiedAt }) => verifiedAt !== null)) return false;
  return type.saysWhetherEmailIsVerified === false || (await saysWhetherAddressesAreVerified(reader, id)) === false;
}
