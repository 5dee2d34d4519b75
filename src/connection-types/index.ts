/** The connection types that come with Usher. */
import type { AnyConnectionType } from "../connection/contract/index.js";
import { createEntraIdType } from "./entra-id/index.js";
import { createGoogleWorkspaceType } from "./google-workspace/index.js";
import { oidc } from "./oidc/index.js";
import { saml } from "./saml/index.js";

/** The addresses of Microsoft and Google, which differ for national clouds and in tests, and the operator's apps there. */
export interface ProviderConfiguration {
  readonly entraAuthority: string;
  readonly graphUrl: string;
  readonly googleIssuer: string;
  readonly googleDirectoryUrl: string;
  readonly entraApp?: Parameters<typeof createEntraIdType>[2];
  readonly googleApp?: Parameters<typeof createGoogleWorkspaceType>[2];
}

/** The types that come with Usher, in the order in which forms list them. */
export function builtInConnectionTypes(configuration: ProviderConfiguration): readonly AnyConnectionType[] {
  return [
    createEntraIdType(configuration.entraAuthority, configuration.graphUrl, configuration.entraApp),
    createGoogleWorkspaceType(configuration.googleIssuer, configuration.googleDirectoryUrl, configuration.googleApp),
    oidc,
    saml,
  ];
}
