/** The settings of a Google Workspace connection. */
import {
  maxAgeSeconds,
  setting,
  type DraftSettingsOf,
  type ParseContext,
  type Parsed,
  type SettingIssue,
  type SettingsOf,
} from "../../connection/contract/index.js";
import { parseServiceAccount } from "./service-account.js";

/** The values of `prompt` that Google supports. Google does not support `login`. */
const GOOGLE_PROMPTS = ["consent", "select_account"] as const;

export const GOOGLE_WORKSPACE_SETTINGS = {
  domains: setting.list({
    label: "Domains",
    help: "The domains of your Google Workspace whose people may sign in, such as acme.com. Accounts of other domains cannot sign in.",
    required: true,
    fixed: true,
    trust: true,
    longestItem: 253,
    item: parseDomain,
  }),
  clientId: setting.text({
    label: "Client ID",
    help: "The ID of the OAuth client, which ends in .apps.googleusercontent.com.",
    required: true,
    trust: true,
  }),
  clientSecret: setting.secret({
    label: "Client secret",
    help: "The secret of the OAuth client.",
    required: true,
  }),
  operatorApp: setting.toggle({
    label: "Operator's app",
    help: "Uses the app of the operator of this installation in place of your own OAuth client. Then leave out domains, clientId and clientSecret: a person of your Workspace consents by signing in (startConsent), which sets domains.",
    default: false,
    fixed: true,
    trust: true,
  }),
  loginHint: setting.toggle({
    label: "Pass the e-mail address on",
    help: "Google gets the address that the person entered before (login_hint), so that the person need not enter or choose it again.",
    default: true,
  }),
  prompt: setting.choice(GOOGLE_PROMPTS, {
    label: "Prompt",
    help: "What Google asks for at every sign-in: the choice of an account, or consent. Left out, Google asks only if it must. none is not possible, because Google would refuse everyone who is not signed in there.",
  }),
  directoryServiceAccount: keyFile(
    setting.secret({
      label: "Service account",
      help: "For groups: the JSON key file of a service account with domain-wide delegation for reading groups.",
      longest: 10_000,
    }),
  ),
  directoryAdministrator: setting.text({
    label: "Directory administrator",
    help: "For groups: the address of the administrator in whose name the service account reads groups.",
  }),
  maxAgeSeconds: maxAgeSeconds("Usher sends max_age, and asks for the claim auth_time and requires it."),
} as const;

/** A secret that must be the key file of a service account. */
function keyFile<Declared extends { readonly parse: Parse }>(declared: Declared): Declared {
  const parse: Parse = (input, context) => {
    const text = declared.parse(input, context);
    return "value" in text ? parseServiceAccount(text.value) : text;
  };
  return { ...declared, parse };
}

type Parse = (input: unknown, context: ParseContext) => Parsed<string>;

/**
 * Requires both settings of the directory, or neither: Usher reads groups with a service account that acts for an
 * administrator.
 */
export function checkDirectory(
  settings: Pick<
    DraftSettingsOf<typeof GOOGLE_WORKSPACE_SETTINGS>,
    "directoryServiceAccount" | "directoryAdministrator"
  >,
  complete: boolean,
): readonly SettingIssue[] {
  const { directoryServiceAccount: account, directoryAdministrator: administrator } = settings;
  if (!complete || (account === null) === (administrator === null)) return [];
  return account === null
    ? [{ setting: "directoryServiceAccount", message: "is needed, since directoryAdministrator is set" }]
    : [{ setting: "directoryAdministrator", message: "is needed, since directoryServiceAccount is set" }];
}

export type GoogleWorkspaceSettings = SettingsOf<typeof GOOGLE_WORKSPACE_SETTINGS>;

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Google's own domains, which do not belong to a company. */
const SHARED_DOMAINS = ["gmail.com", "googlemail.com", "google.com"];

/** A domain in the form of the claim `hd`: ASCII, in lower case. */
export function parseDomain(input: string): Parsed<string> {
  const value = input.toLowerCase();
  const labels = value.split(".");
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label)))
    return { issue: "must be a domain such as acme.com, without https:// and without @" };
  return SHARED_DOMAINS.includes(value)
    ? { issue: "must be your company's own domain; this one is for personal Google accounts" }
    : { value };
}
