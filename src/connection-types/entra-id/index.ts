/** The connection type for Microsoft Entra ID: OpenID Connect at the v2.0 endpoints of one directory. */
import {
  CONTRACT_VERSION,
  defineConnectionType,
  ProtocolRefusal,
  type Finding,
} from "../../connection/contract/index.js";
import {
  composeOpenId,
  discoverAt,
  type Claims,
  type ClientSettings,
  type Directory,
  type OpenedOpenId,
  type VerifiedSignIn,
} from "../../protocols/oidc/index.js";
import { createGraph, fetchGroups } from "./groups.js";
import { readSubject, refuseForeignTenant } from "./identity.js";
import { normalizeEntraId } from "./normalize.js";
import { adminConsentUrl, directoryIssuers, readAdminConsent, readOwnTenant, readTenant } from "./operator-app.js";
import { ENTRA_ID_REFUSALS, refuse } from "./refusals.js";
import { ENTRA_ID_SETTINGS, type EntraIdSettings } from "./settings.js";

/**
 * The settings of an app: one directory's own app, or the operator's app for all directories, whose `tenantId` is
 * `null`.
 */
interface AppSettings extends Pick<
  EntraIdSettings,
  "clientId" | "clientSecret" | "loginHint" | "domainHint" | "prompt" | "maxAgeSeconds" | "requiredAcr"
> {
  readonly tenantId: string | null;
}

interface OpenedEntraId extends OpenedOpenId<EntraIdSettings> {
  readonly graph: Directory;
}

/**
 * Makes the connection type for one of Microsoft's clouds.
 *
 * @param authority the address of its directories, without a slash at its end: `https://login.microsoftonline.com`
 * @param graphUrl the address of its Microsoft Graph, without a slash at its end: `https://graph.microsoft.com`
 * @param app the operator's app for all directories; `null` without one
 */
export function createEntraIdType(authority: string, graphUrl: string, app: ClientSettings | null = null) {
  const issuerOf = (tenantId: string) => `${authority}/${tenantId}/v2.0`;
  const openId = composeOpenId<AppSettings>({
    refusals: ENTRA_ID_REFUSALS,
    labels: { redirectUrl: "Redirect URI (platform: Web)", signOnUrl: "Home page URL (the tile in My Apps)" },
    // The document for all directories names as its issuer a template, with `{tenantid}` in place of the ID.
    provider: ({ tenantId }) =>
      tenantId === null
        ? { ...discoverAt(issuerOf("organizations")), issuer: issuerOf("{tenantid}") }
        : discoverAt(issuerOf(tenantId)),
    rules: ({ tenantId, loginHint, domainHint, prompt, maxAgeSeconds, requiredAcr }) => ({
      clientAuthentication: "client_secret_post",
      scopes: ["openid", "profile", "email"],
      accountPrompt: "select_account",
      authentication: { maxAgeSeconds, requiredAcr: requiredAcr ?? [] },
      hints: { loginHint, domainHint, prompt },
      pkce: true,
      // Microsoft signs only with this algorithm.
      algorithms: ["RS256"],
      ...(tenantId === null
        ? {
            tenantIssuers: directoryIssuers(issuerOf),
            checkClaims: (claims) => void readSubject(claims, readTenant(claims)),
          }
        : {
            checkClaims: (claims) => void readSubject(claims, tenantId),
            explainForeignIssuer: (claims) => refuseForeignTenant(claims, tenantId),
          }),
      needsUserinfo: lacksNames,
      goesOnWithoutUserinfo: true,
    }),
  });
  return defineConnectionType<typeof ENTRA_ID_SETTINGS, OpenedEntraId, VerifiedSignIn>({
    ...openId,
    id: "entra-id",
    name: "Microsoft Entra ID",
    description:
      "Microsoft Entra ID (Azure Active Directory): the company accounts of Microsoft 365, of one directory.",
    guide: "docs/administrators/entra-id.md",
    contractVersion: CONTRACT_VERSION,
    settingsVersion: 1,
    upgrade: (stored) => stored,
    settings: ENTRA_ID_SETTINGS,
    check: () => [],
    issuer: ({ tenantId }) => (tenantId === null ? { kind: "open" } : { kind: "named", issuers: [issuerOf(tenantId)] }),
    open: async (settings, runtime) => {
      const opened = await openId.open(settings, runtime).catch(explainUnknownDirectory);
      return { ...opened, settings, graph: createGraph(graphUrl, opened.provider, settings, runtime) };
    },
    fetchGroups: ({ claims }, { graph }) => fetchGroups(claims, graph),
    normalize: normalizeEntraId,
    diagnose: async (settings, runtime) => (await openId.diagnose(settings, runtime)).map(remedyUnknownDirectory),
    operatorApp: {
      providerName: "Microsoft",
      supplies: ["clientId", "clientSecret", "clientSecretExpiresAt"],
      fixes: ["tenantId"],
      configured: app && {
        settings: app,
        open: async (runtime) => openId.strategy(await openId.open(forAllDirectories(app), runtime), runtime),
        tenantOf: ({ claims }) => readTenant(claims),
        needsOwnSignIn: ({ maxAgeSeconds, requiredAcr }) => maxAgeSeconds !== null || requiredAcr !== null,
        fix: ({ claims }) => ({ tenantId: readOwnTenant(claims) }),
        adminConsent: {
          url: ({ addresses: { callbackUrl } }, state) =>
            adminConsentUrl(authority, {
              client_id: app.clientId,
              scope: `${graphUrl}/.default`,
              redirect_uri: callbackUrl,
              state,
            }),
          read: readAdminConsent,
        },
      },
    },
  });
}

function forAllDirectories(app: ClientSettings): AppSettings {
  return {
    ...app,
    tenantId: null,
    loginHint: true,
    domainHint: null,
    prompt: null,
    maxAgeSeconds: null,
    requiredAcr: null,
  };
}

/**
 * The refusals that mean that a directory does not exist: Microsoft then returns an error instead of a discovery
 * document.
 */
const NO_DOCUMENT = ["OIDC_DISCOVERY_INVALID", "OIDC_ENDPOINT_NOT_FOUND"];

function explainUnknownDirectory(error: unknown): never {
  if (error instanceof ProtocolRefusal && NO_DOCUMENT.includes(error.code))
    refuse("ENTRA_TENANT_UNKNOWN", error.detail);
  throw error;
}

function remedyUnknownDirectory(finding: Finding): Finding {
  return finding.level === "ERROR" && NO_DOCUMENT.some((code) => finding.message.startsWith(code))
    ? { ...finding, remedy: ENTRA_ID_REFUSALS.ENTRA_TENANT_UNKNOWN.remedy }
    : finding;
}

/**
 * Whether Usher must ask userinfo for the person's names. The ID token contains names only if the app registration adds
 * them as optional claims; userinfo always has them. Usher does not ask userinfo if the token has `xms_edov` but no
 * `email`, because `xms_edov` would then seem to verify userinfo's address.
 */
function lacksNames(claims: Claims): boolean {
  const mayAddAddress = claims["email"] !== undefined || claims["xms_edov"] === undefined;
  return mayAddAddress && (claims["given_name"] === undefined || claims["family_name"] === undefined);
}
