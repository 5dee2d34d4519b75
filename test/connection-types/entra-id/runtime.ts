/** An Entra ID connection to the hostile directory, opened like in the application. */
import { createEntraIdType } from "../../../src/connection-types/entra-id/index.js";
import type { Runtime } from "../../../src/connection/contract/index.js";
import type { EntraIdSettings } from "../../../src/connection-types/entra-id/settings.js";
import { TENANT_ID, type HostileEntra } from "../../support/providers/entra/hostile.js";
import type { Person } from "../../support/providers/hostile-openid/index.js";
import { SignInDriver } from "../../protocols/oidc/driver.js";
import { RUNTIME } from "../oidc/runtime.js";

export function settingsFor(entra: HostileEntra, changes: Partial<EntraIdSettings> = {}): EntraIdSettings {
  const { clientId, clientSecret } = entra;
  return {
    tenantId: TENANT_ID,
    clientId,
    clientSecret,
    clientSecretExpiresAt: null,
    operatorApp: false,
    loginHint: true,
    domainHint: null,
    prompt: null,
    maxAgeSeconds: null,
    requiredAcr: null,
    ...changes,
  };
}

/** Opens the connection and returns a driver of its sign-ins. */
export async function openDriver(
  entra: HostileEntra,
  changes: Partial<EntraIdSettings> = {},
  runtime: Runtime = RUNTIME,
): Promise<SignInDriver> {
  const type = createEntraIdType(entra.authority, "https://graph.microsoft.com");
  const opened = await type.open(settingsFor(entra, changes), runtime);
  return new SignInDriver(type.strategy(opened, runtime) as ConstructorParameters<typeof SignInDriver>[0]);
}

/** Signs in from start to end, and returns the profile. */
export async function signIn(entra: HostileEntra, person: Person) {
  const verified = await (await openDriver(entra)).signIn(entra, person);
  return createEntraIdType(entra.authority, "https://graph.microsoft.com").normalize(verified, settingsFor(entra));
}
