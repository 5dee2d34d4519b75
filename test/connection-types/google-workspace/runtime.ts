/** A Google Workspace connection to the hostile provider, opened like in the application. */
import type { Runtime } from "../../../src/connection/contract/index.js";
import { createGoogleWorkspaceType } from "../../../src/connection-types/google-workspace/index.js";
import type { GoogleWorkspaceSettings } from "../../../src/connection-types/google-workspace/settings.js";
import { DOMAIN, type HostileGoogle } from "../../support/providers/google/hostile.js";
import type { Person } from "../../support/providers/hostile-openid/index.js";
import { SignInDriver } from "../../protocols/oidc/driver.js";
import { RUNTIME } from "../oidc/runtime.js";

type Changes = Partial<GoogleWorkspaceSettings>;

export function settingsFor(google: HostileGoogle, changes: Changes = {}): GoogleWorkspaceSettings {
  const { clientId, clientSecret } = google;
  const unset = {
    operatorApp: false,
    loginHint: true,
    prompt: null,
    maxAgeSeconds: null,
    directoryServiceAccount: null,
    directoryAdministrator: null,
  };
  return { domains: [DOMAIN], clientId, clientSecret, ...unset, ...changes };
}

/** Opens the connection and returns a driver of its sign-ins. */
export async function openDriver(google: HostileGoogle, changes: Changes = {}, runtime: Runtime = RUNTIME) {
  const type = createGoogleWorkspaceType(google.issuer, "https://admin.googleapis.com");
  const opened = await type.open(settingsFor(google, changes), runtime);
  return new SignInDriver(type.strategy(opened, runtime) as ConstructorParameters<typeof SignInDriver>[0]);
}

/** Signs in from start to end, and returns the profile. */
export async function signIn(google: HostileGoogle, person: Person, changes: Changes = {}) {
  const verified = await (await openDriver(google, changes)).signIn(google, person);
  return createGoogleWorkspaceType(google.issuer, "https://admin.googleapis.com").normalize(
    verified,
    settingsFor(google, changes),
  );
}
