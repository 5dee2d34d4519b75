/** The connection types that come with Usher. */
import type { AnyConnectionType } from "../connection/contract/index.js";
import { createEntraIdType } from "./entra-id/index.js";
import { createGoogleWorkspaceType } from "./google-workspace/index.js";
import { oidc } from "./oidc/index.js";
import { saml } from "./saml/index.js";

/** The addresses of Microsoft and Google. National clouds and tests use other ones. */
export interface ProviderAddresses {
  readonly entraAuthority: string;
  readonly graphUrl: string;
  readonly googleIssuer: string;
  readonly googleDirectoryUrl: string;
}

/** The types that come with Usher, in the order in which forms list them. */
export function builtInConnectionTypes(addresses: ProviderAddresses): readonly AnyConnectionType[] {
  return [
    createEntraIdType(addresses.entraAuthority, addresses.graphUrl),
    createGoogleWorkspaceType(addresses.googleIssuer, addresses.googleDirectoryUrl),
    oidc,
    saml,
  ];
}
