/** The settings of an Entra ID connection. */
import { maxAgeSeconds, requiredAcr, setting, type Parsed, type SettingsOf } from "../../connection/contract/index.js";
import { DOMAIN_HINT, PROMPTS } from "../../protocols/oidc/index.js";

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/**
 * The values that name no single company: Microsoft's names for many tenants at once, and the ID of the tenant of all
 * personal Microsoft accounts.
 */
export const SHARED_TENANTS: readonly string[] = [
  "common",
  "organizations",
  "consumers",
  "9188040d-6c67-4c5b-b112-36a304b66dad",
];

export const ENTRA_ID_SETTINGS = {
  tenantId: {
    ...setting.text({
      label: "Directory (tenant) ID",
      help: "The ID of your directory, as the app registration's overview shows it. Only its accounts and guests can sign in.",
      required: true,
      fixed: true,
      trust: true,
    }),
    parse: parseTenantId,
  },
  clientId: setting.text({
    label: "Application (client) ID",
    help: "The ID of the app registration, as its overview shows it; not its object ID.",
    required: true,
    trust: true,
  }),
  clientSecret: setting.secret({
    label: "Client secret",
    help: "The value of a client secret of the app registration, which Microsoft shows once; not its secret ID.",
    required: true,
  }),
  clientSecretExpiresAt: setting.time({
    label: "Client secret expires",
    help: "When the secret expires, as the column Expires of the app registration shows it. Usher warns the administrators 60, 30, 7 and 1 days before. A new client secret without a date clears it.",
  }),
  operatorApp: setting.toggle({
    label: "Operator's app",
    help: "Uses the app of the operator of this installation in place of your own app registration. Then leave out tenantId, clientId and clientSecret: an administrator of your directory consents (startConsent), and their sign-in sets tenantId.",
    default: false,
    fixed: true,
    trust: true,
  }),
  loginHint: setting.toggle({
    label: "Pass the e-mail address on",
    help: "Microsoft gets the address that the person entered before (login_hint), so that the person need not enter it again.",
    default: true,
  }),
  domainHint: setting.text({
    label: "Domain hint",
    help: "A domain of your directory, such as acme.com (domain_hint). If the domain is federated, Microsoft leads people to its sign-in page at once.",
    pattern: DOMAIN_HINT,
  }),
  prompt: setting.choice(PROMPTS, {
    label: "Prompt",
    help: "What Microsoft asks for at every sign-in: the password, consent, or the choice of an account. Left out, Microsoft asks only if it must. none is not possible, because Microsoft would refuse everyone who is not signed in there.",
  }),
  maxAgeSeconds: maxAgeSeconds("Usher sends max_age, and requires the optional claim auth_time."),
  requiredAcr: requiredAcr("the claim acr"),
} as const;

export type EntraIdSettings = SettingsOf<typeof ENTRA_ID_SETTINGS>;

/**
 * Accepts only the ID of one directory, in lower case. A domain name is refused, because it can move to a different
 * directory.
 */
function parseTenantId(input: unknown): Parsed<string> {
  const value = typeof input === "string" ? input.trim().toLowerCase() : "";
  if (SHARED_TENANTS.includes(value))
    return {
      issue: "must be the ID of one directory; with a shared one, everybody with a Microsoft account could sign in",
    };
  return isGuid(value)
    ? { value }
    : { issue: "must be an ID such as 72f988bf-86f1-41af-91ab-2d7cd011db47, without braces" };
}

/** Whether a value is a GUID in lower case, like the ID of a directory or of its objects. */
export function isGuid(value: unknown): value is string {
  return typeof value === "string" && GUID.test(value);
}
