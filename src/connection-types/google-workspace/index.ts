/** The connection type for Google Workspace: Google's OpenID Connect, for the accounts of one company's domains. */
import {
  boundProfile,
  CONTRACT_VERSION,
  defineConnectionType,
  type NormalizedProfile,
} from "../../connection/contract/index.js";
import { GoogleStrategy } from "../../protocols/google/google-strategy.js";
import {
  checkOneEmail,
  composeOpenId,
  discoverAt,
  flattenClaims,
  readPerson,
  type ClientSettings,
  type Directory,
  type OpenedOpenId,
  type VerifiedSignIn,
} from "../../protocols/oidc/index.js";
import { checkDomain, readDomain } from "./check-domain.js";
import { createGoogleDirectory, fetchGroups } from "./groups.js";
import { GOOGLE_WORKSPACE_REFUSALS } from "./refusals.js";
import { checkDirectory, GOOGLE_WORKSPACE_SETTINGS, type GoogleWorkspaceSettings } from "./settings.js";

/**
 * The settings of an app: one company's own app, or the operator's app for all companies, whose `domains` is `null`.
 */
interface AppSettings extends Pick<
  GoogleWorkspaceSettings,
  "clientId" | "clientSecret" | "loginHint" | "prompt" | "maxAgeSeconds"
> {
  readonly domains: readonly string[] | null;
}

interface OpenedGoogleWorkspace extends OpenedOpenId<GoogleWorkspaceSettings> {
  /** `null` without a service account that may read groups. */
  readonly directory: Directory | null;
}

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
 * @param directoryUrl the address of its Directory API, without a slash at its end: `https://admin.googleapis.com`
 * @param app the operator's app for all companies; `null` without one
 */
export function createGoogleWorkspaceType(issuer: string, directoryUrl: string, app: ClientSettings | null = null) {
  const openId = composeOpenId<AppSettings>({
    refusals: GOOGLE_WORKSPACE_REFUSALS,
    labels: { redirectUrl: "Authorized redirect URI", signOnUrl: "Start URL (for a link in the company's start page)" },
    provider: () => discoverAt(issuer),
    rules: ({ domains, loginHint, prompt, maxAgeSeconds }) => ({
      clientAuthentication: "client_secret_post",
      scopes: ["openid", "email", "profile"],
      // Google's tokens name no authentication context class.
      authentication: { maxAgeSeconds, requiredAcr: [] },
      hints: { loginHint, prompt },
      pkce: true,
      // Google signs only with this algorithm.
      algorithms: ["RS256"],
      checkClaims: (claims) => (domains === null ? void readDomain(claims) : checkDomain(claims, domains)),
      checkPerson: (claims) => checkOneEmail(claims, CLAIM_NAMES),
    }),
    // The parameter `hd` can name only one domain, or `*` for all Workspaces.
    strategy: (party, { domains }) => {
      const [domain = "*", ...others] = domains ?? [];
      return new GoogleStrategy({ ...party, hostedDomain: others.length === 0 ? domain : "*" });
    },
  });
  return defineConnectionType<typeof GOOGLE_WORKSPACE_SETTINGS, OpenedGoogleWorkspace, VerifiedSignIn>({
    ...openId,
    id: "google-workspace",
    name: "Google Workspace",
    description: "Google Workspace: the company accounts of Gmail, Calendar and Drive, of one company's domains.",
    guide: "docs/administrators/google-workspace.md",
    contractVersion: CONTRACT_VERSION,
    settingsVersion: 1,
    upgrade: (stored) => stored,
    settings: GOOGLE_WORKSPACE_SETTINGS,
    check: checkDirectory,
    issuer: () => ({ kind: "named", issuers: [issuer] }),
    open: async (settings, runtime) => {
      const opened = await openId.open(settings, runtime);
      return {
        ...opened,
        settings,
        directory: createGoogleDirectory(directoryUrl, opened.provider, settings, runtime),
      };
    },
    fetchGroups: ({ claims }, { directory }) => fetchGroups(claims, directory),
    normalize,
    operatorApp: {
      providerName: "Google",
      supplies: ["clientId", "clientSecret"],
      fixes: ["domains"],
      configured: app && {
        settings: app,
        open: async (runtime) => openId.strategy(await openId.open(forAllDomains(app), runtime), runtime),
        tenantOf: ({ claims }) => readDomain(claims),
        needsOwnSignIn: ({ maxAgeSeconds }) => maxAgeSeconds !== null,
        fix: ({ claims }) => ({ domains: [readDomain(claims)] }),
      },
    },
  });
}

function forAllDomains(app: ClientSettings): AppSettings {
  return { ...app, domains: null, loginHint: true, prompt: null, maxAgeSeconds: null };
}

/**
 * Makes the profile. The subject is `sub`, which never goes to another person, as an address can. Google's tokens do
 * not contain groups.
 */
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
