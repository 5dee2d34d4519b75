/** The connection type for Microsoft Entra ID: OpenID Connect at the v2.0 endpoints of one directory, and no other. */
import {
  CONTRACT_VERSION,
  defineConnectionType,
  ProtocolRefusal,
  type Finding,
  type Runtime,
} from "../../connection/contract/index.js";
import {
  createKeySet,
  diagnoseProvider,
  discoverProvider,
  OIDC_REFUSALS,
  OpenIdConnectStrategy,
  type Claims,
  type Client,
  type Directory,
  type DiscoverySource,
  type KeySet,
  type Provider,
  type VerifiedSignIn,
} from "../../protocols/oidc/index.js";
import { createGraph, fetchGroups } from "./groups.js";
import { readSubject, refuseForeignTenant } from "./identity.js";
import { normalizeEntraId } from "./normalize.js";
import { ENTRA_ID_REFUSALS, refuse } from "./refusals.js";
import { ENTRA_ID_SETTINGS, type EntraIdSettings } from "./settings.js";

/** A directory that was found, and the keys that Microsoft signs with for it. */
export interface OpenedEntraId {
  readonly settings: EntraIdSettings;
  readonly provider: Provider;
  readonly keys: KeySet;
  readonly graph: Directory;
}

/** Microsoft signs with this algorithm alone. */
const ALGORITHMS = ["RS256"];

/**
 * Makes the connection type for one of Microsoft's clouds.
 *
 * @param authority where its directories are, without a slash at its end: `https://login.microsoftonline.com`
 * @param graphUrl where its Microsoft Graph is, likewise: `https://graph.microsoft.com`
 */
export function createEntraIdType(authority: string, graphUrl: string) {
  return defineConnectionType<typeof ENTRA_ID_SETTINGS, OpenedEntraId, VerifiedSignIn>({
    id: "entra-id",
    name: "Microsoft Entra ID",
    description:
      "Microsoft Entra ID (Azure Active Directory): the company accounts of Microsoft 365, of one directory.",
    guide: "docs/administrators/entra-id.md",
    contractVersion: CONTRACT_VERSION,
    settingsVersion: 1,
    upgrade: (stored) => stored,
    binding: "redirect",
    settings: ENTRA_ID_SETTINGS,
    refusals: { ...OIDC_REFUSALS, ...ENTRA_ID_REFUSALS },
    check: () => [],
    serviceProvider: ({ callbackUrl, startUrl }) => [
      { name: "redirectUrl", label: "Redirect URI (platform: Web)", value: callbackUrl },
      { name: "signOnUrl", label: "Home page URL (the tile in My Apps)", value: startUrl },
    ],
    issuer: ({ tenantId }) =>
      tenantId === null ? { kind: "open" } : { kind: "named", issuers: [issuerOf(authority, tenantId)] },
    open: async (settings, runtime) => {
      const provider = await findDirectory(describeSource(authority, settings, runtime), runtime);
      const graph = createGraph(graphUrl, provider, settings, runtime);
      return { settings, provider, keys: createKeySet(provider.jwksUri, runtime), graph };
    },
    strategy: ({ settings, provider, keys }, runtime) =>
      new OpenIdConnectStrategy({
        provider,
        keys,
        client: describeClient(settings, runtime),
        scopes: ["openid", "profile", "email"],
        accountPrompt: "select_account",
        pkce: true,
        algorithms: ALGORITHMS,
        surroundings: runtime,
        checkClaims: (claims) => void readSubject(claims, settings.tenantId),
        explainForeignIssuer: (claims) => refuseForeignTenant(claims, settings.tenantId),
        needsUserinfo: lacksNames,
        goesOnWithoutUserinfo: true,
      }),
    fetchGroups: ({ claims }, { graph }) => fetchGroups(claims, graph),
    normalize: normalizeEntraId,
    diagnose: async (settings, runtime) => {
      const source = { discovery: describeSource(authority, settings, runtime) };
      const client = describeClient(settings, runtime);
      const findings = await diagnoseProvider({ source, client, pkce: true, algorithms: ALGORITHMS }, runtime);
      return findings.map(explainUnknownDirectory);
    },
  });
}

function issuerOf(authority: string, tenantId: string): string {
  return `${authority}/${tenantId}/v2.0`;
}

/**
 * The v2.0 issuer of the pinned directory. Microsoft's document names endpoints on other hosts (userinfo is at Graph);
 * they may be used, because the operator says where the document is, and no administrator of a connection.
 */
function describeSource(authority: string, { tenantId }: EntraIdSettings, { urls }: Runtime): DiscoverySource {
  const issuer = issuerOf(authority, tenantId);
  return { address: issuer, issuer, allowCrossHostEndpoints: true, rules: urls };
}

function describeClient({ clientId, clientSecret }: EntraIdSettings, { addresses }: Runtime): Client {
  const redirectUri = addresses.callbackUrl;
  return { id: clientId, secret: clientSecret, authentication: "client_secret_post", redirectUri };
}

/** Microsoft answers an error instead of a document for a directory that does not exist. */
async function findDirectory(source: DiscoverySource, runtime: Runtime): Promise<Provider> {
  try {
    return await discoverProvider(source, runtime);
  } catch (error) {
    if (error instanceof ProtocolRefusal && NO_DOCUMENT.includes(error.code))
      refuse("ENTRA_TENANT_UNKNOWN", error.detail);
    throw error;
  }
}

const NO_DOCUMENT = ["OIDC_DISCOVERY_INVALID", "OIDC_ENDPOINT_NOT_FOUND"];

function explainUnknownDirectory(finding: Finding): Finding {
  return finding.level === "ERROR" && NO_DOCUMENT.some((code) => finding.message.startsWith(code))
    ? { ...finding, remedy: ENTRA_ID_REFUSALS.ENTRA_TENANT_UNKNOWN.remedy }
    : finding;
}

/**
 * Names are not in the ID token unless the app registration adds them as optional claims, but userinfo has them. A token
 * with `xms_edov` and without `email` is left alone: the claim would then vouch for an address that it never saw.
 */
function lacksNames(claims: Claims): boolean {
  const mayAddAddress = claims["email"] !== undefined || claims["xms_edov"] === undefined;
  return mayAddAddress && (claims["given_name"] === undefined || claims["family_name"] === undefined);
}
