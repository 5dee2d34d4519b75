/** Finds the connections of an organization through which people can sign in at present. */
import { lacksOperatorApp } from "../connection/operator-app/operator-app.js";
import type { Connection } from "../connection/stored/connection.js";
import { findActiveConnections } from "../connection/stored/connection.repository.js";
import { readInstallation } from "../people/installation/installation.js";
import type { Organization } from "../people/organization/organization.js";
import { findSsoObstacle } from "../people/organization/sso-conditions.js";
import type { SignInServices } from "./services.js";

/**
 * The active connections whose type is installed and whose operator's app, if they use it, is configured. None if
 * single sign-on is switched off for the organization.
 */
export async function findUsableConnections(
  { store: { reader }, registry }: SignInServices,
  organization: Organization,
): Promise<readonly Connection[]> {
  if (findSsoObstacle({ installation: await readInstallation(reader), organization }) !== null) return [];
  const connections = await findActiveConnections(reader, organization.id);
  return connections.filter(({ type: id, settings }) => {
    const type = registry.find(id);
    return type !== null && !lacksOperatorApp(type, settings);
  });
}
