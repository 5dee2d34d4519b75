/** The shared buttons of the operator's apps, such as "Sign in with Microsoft". */
import { findConfiguredApp } from "../../connection/operator-app/operator-app.js";
import { findTypesInUse } from "../../connection/operator-app/operator-app-tenant.repository.js";
import { readInstallation } from "../../people/installation/installation.js";
import type { SignInButton } from "../pages/sign-in-page.js";
import type { SignInServices } from "../services.js";
import { startUrl } from "../urls.js";

/**
 * A button for each configured app of the operator through which at least one active connection signs people in. None
 * while single sign-on is switched off for the installation.
 */
export async function findAppButtons(
  { store: { reader }, registry }: SignInServices,
  parameters: URLSearchParams,
): Promise<readonly SignInButton[]> {
  const apps = registry.types.filter((type) => findConfiguredApp(type) !== null);
  if (apps.length === 0 || !(await readInstallation(reader)).ssoAllowed) return [];
  const inUse = await findTypesInUse(reader);
  return apps
    .filter(({ id }) => inUse.has(id))
    .map(({ id, name, operatorApp }) => ({
      label: `Sign in with ${operatorApp?.providerName ?? name}`,
      href: startUrl(id, parameters),
    }));
}
