/** The connection type for Google Workspace: Google's OpenID Connect, for the accounts of one company's domains. */
import {
  CONTRACT_VERSION,
  boundProfile,
  defineConnectionType,
  type NormalizedProfile,
  type Runtime,
} from "../../connection/contract/index.js";
import { GoogleStrategy } from "../../protocols/google/google-strategy.js";
import {
  checkOneEmail,
  createKeySet,
  diagnoseProvider,
  discoverProvider,
  flattenClaims,
  OIDC_REFUSALS,
  readPerson,
  type Client,
  type Directory,
  type DiscoverySource,
  type KeySet,
  type Provider,
  type VerifiedSignIn,
} from "../../protocols/oidc/index.js";
import { checkDomain } from "./check-domain.js";
import { createGoogleDirectory, fetchGroups } from "./groups.js";
import { GOOGLE_WORKSPACE_REFUSALS } from "./refusals.js";
import { checkDirectory, GOOGLE_WORKSPACE_SETTINGS, type GoogleWorkspaceSettings } from "./settings.js";

/** Google as it was discovered, and the keys that it signs with. */
export interface OpenedGoogleWorkspace {
  readonly settings: GoogleWorkspaceSettings;
  readonly provider: Provider;
  readonly keys: KeySet;
  /** Lists groups; `null` where no service account may read them. */
  readonly directory: Directory | null;
}

/** Google signs with this algorithm alone. */
const ALGORITHMS = ["RS256"];

const CLAIM_NAMES = {
  email: "email",
  firstName: "given_name",
  lastName: "family_name",
  employeeId: null,
  groups: null,
} as const;

/**
 * Makes the connection type.
 *
 * @param issuer Google's issuer, without a slash at its end: `https://accounts.google.com`
 * @param directoryUrl where its Directory API is, likewise: `https://admin.googleapis.com`
 */
export function createGoogleWorkspaceType(issuer: string, directoryUrl: string) {
  return defineConnectionType<typeof GOOGLE_WORKSPACE_SETTINGS, OpenedGoogleWorkspace, VerifiedSignIn>({
    id: "google-workspace",
    name: "Google Workspace",
    description: "Google Workspace: the company accounts of Gmail, Calendar and Drive, of one company's domains.",
    guide: "docs/administrators/google-workspace.md",
    contractVersion: CONTRACT_VERSION,
    settingsVersion: 1,
    upgrade: (stored) => stored,
    binding: "redirect",
    settings: GOOGLE_WORKSPACE_SETTINGS,
    refusals: { ...OIDC_REFUSALS, ...GOOGLE_WORKSPACE_REFUSALS },
    check: checkDirectory,
    serviceProvider: ({ callbackUrl, startUrl }) => [
      { name: "redirectUrl", label: "Authorized redirect URI", value: callbackUrl },
      { name: "signOnUrl", label: "Start URL (for a link in the company's start page)", value: startUrl },
    ],
    issuer: () => ({ kind: "named", issuers: [issuer] }),
    open: async (settings, runtime) => {
      const provider = await discoverProvider(describeSource(issuer, runtime), runtime);
      const directory = createGoogleDirectory(directoryUrl, provider, settings, runtime);
      return { settings, provider, keys: createKeySet(provider.jwksUri, runtime), directory };
    },
    strategy: ({ settings, provider, keys }, runtime) =>
      new GoogleStrategy({
        provider,
        keys,
        client: describeClient(settings, runtime),
        scopes: ["openid", "email", "profile"],
        pkce: true,
        algorithms: ALGORITHMS,
        surroundings: runtime,
        checkClaims: (claims) => checkDomain(claims, settings.domains),
        checkPerson: (claims) => checkOneEmail(claims, CLAIM_NAMES),
        // Google takes one domain; with several, the account chooser offers all accounts.
        hostedDomain: settings.domains.length === 1 ? (settings.domains[0] ?? null) : null,
      }),
    fetchGroups: ({ claims }, { directory }) => fetchGroups(claims, directory),
    normalize,
    diagnose: (settings, runtime) => {
      const source = { discovery: describeSource(issuer, runtime) };
      const client = describeClient(settings, runtime);
      return diagnoseProvider({ source, client, pkce: true, algorithms: ALGORITHMS }, runtime);
    },
  });
}

/**
 * Google's document names endpoints on several of its hosts; they may be used, because the operator says where the
 * document is, and no administrator of a connection.
 */
function describeSource(issuer: string, { urls }: Runtime): DiscoverySource {
  return { address: issuer, issuer, allowCrossHostEndpoints: true, rules: urls };
}

function describeClient({ clientId, clientSecret }: GoogleWorkspaceSettings, { addresses }: Runtime): Client {
  const redirectUri = addresses.callbackUrl;
  return { id: clientId, secret: clientSecret, authentication: "client_secret_post", redirectUri };
}

/** `sub` is never given to somebody else; the address can be. Google's tokens say nothing of groups. */
function normalize({ issuer, subject, claims }: VerifiedSignIn): NormalizedProfile {
  const attributes = flattenClaims(claims);
  const locale = attributes["locale"]?.[0];
  return boundProfile({
    ...readPerson(claims, attributes, CLAIM_NAMES),
    issuer,
    subject,
    groups: { kind: "silent" },
    profile: locale === undefined ? {} : { locale },
    attributes,
  });
}
