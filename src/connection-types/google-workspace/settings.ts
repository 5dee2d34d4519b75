/** The settings of a Google Workspace connection. */
import { setting, type Parsed, type SettingsOf } from "../../connection/contract/index.js";

export const GOOGLE_WORKSPACE_SETTINGS = {
  domains: setting.list({
    label: "Domains",
    help: "The domains of your Google Workspace whose people may sign in, such as acme.com. Nobody else can, whatever account they choose.",
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
} as const;

export type GoogleWorkspaceSettings = SettingsOf<typeof GOOGLE_WORKSPACE_SETTINGS>;

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Google's own domains for everybody: no company has them. */
const SHARED_DOMAINS = ["gmail.com", "googlemail.com", "google.com"];

/** A domain as the claim `hd` writes it: ASCII, in lower case. */
function parseDomain(input: string): Parsed<string> {
  const value = input.toLowerCase();
  const labels = value.split(".");
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label)))
    return { issue: "must be a domain such as acme.com, without https:// and without @" };
  return SHARED_DOMAINS.includes(value)
    ? { issue: "must be a domain of your own; personal Google accounts belong to no company" }
    : { value };
}
