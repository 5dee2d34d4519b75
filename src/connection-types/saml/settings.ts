/** The settings of a SAML connection. */
import { setting, type DraftSettingsOf, type ParseContext, type SettingsOf } from "../../connection/contract/index.js";
import { parseCertificate } from "../../protocols/saml/certificates.js";
import { NAME_ID_FORMAT } from "../../protocols/saml/names.js";
import { parseProviderMetadata } from "../../protocols/saml/provider-metadata.js";

const NAME_ID_FORMATS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(NAME_ID_FORMAT),
  ...Object.values(NAME_ID_FORMAT).map((uri) => [uri, uri] as const),
]);

const metadataXml = setting.document({
  label: "Metadata XML",
  help: "The provider's metadata document, pasted. It fills in entity ID, sign-on URL, certificates and logout URL, except those given in the same input.",
  trust: true,
  raisesTrust: changesProvider,
});

const nameIdFormat = setting.text({
  label: "NameID format",
  help: "What to ask the provider to name people by: emailAddress, persistent or unspecified, or the full URN. Left out, the provider decides.",
});

/** Declared in the order of the form. */
export const SAML_SETTINGS = {
  metadataXml: {
    ...metadataXml,
    parse: (input: unknown, context: ParseContext) => {
      const text = metadataXml.parse(input, context);
      if ("issue" in text) return text;
      // The document's own end is not judged here: what was valid when it was pasted stays readable.
      const metadata = parseProviderMetadata(text.value, context.browserUrl, new Date(0));
      return "issue" in metadata ? metadata : text;
    },
  },
  metadataUrl: setting.url({
    reach: "server",
    label: "Metadata URL",
    help: "Where the provider publishes its metadata. It is fetched when the connection is activated and every hour while it is used, so that rotated certificates arrive by themselves. While it cannot be reached, what it said last holds; before that, the certificates below.",
    trust: true,
  }),
  entityId: setting.text({
    label: "Identity provider entity ID",
    help: "Also called issuer. Every message must name it. Filled in from metadata.",
    trust: true,
  }),
  signOnUrl: setting.url({
    reach: "browser",
    label: "Sign-on URL",
    help: "Where people are sent to sign in (binding HTTP-Redirect). Filled in from metadata.",
    trust: true,
  }),
  certificates: setting.list({
    label: "Signing certificates",
    help: "The provider's certificates, each in base64 with or without PEM lines; RSA of at least 2,048 bits. Several hold at once, so that the provider can rotate. Filled in from metadata.",
    longestItem: 20_000,
    item: (value) => {
      const parsed = parseCertificate(value);
      return "issue" in parsed ? parsed : { value: parsed.value.pem };
    },
    trust: true,
    raisesTrust: (before, after) => !isSubset(before ?? [], after ?? []),
  }),
  logoutUrl: setting.url({
    reach: "browser",
    label: "Logout URL",
    help: "The provider's single logout address (binding HTTP-Redirect). Filled in from metadata.",
  }),
  nameIdFormat: {
    ...nameIdFormat,
    parse: (input: unknown, context: ParseContext) => {
      const text = nameIdFormat.parse(input, context);
      if ("issue" in text) return text;
      const format = NAME_ID_FORMATS.get(text.value) ?? text.value;
      if (format === NAME_ID_FORMAT.transient)
        return { issue: "must not be transient: a person would be somebody else at every sign-in" };
      return format.startsWith("urn:")
        ? { value: format }
        : { issue: "must be emailAddress, persistent, unspecified, or a URN" };
    },
  },
  emailAttribute: setting.text({
    label: "E-mail attribute",
    help: "The attribute that holds the e-mail address. Left out, the usual names are known; not needed when the NameID is an e-mail address.",
  }),
  firstNameAttribute: setting.text({
    label: "First name attribute",
    help: "The attribute that holds the first name. Left out, the usual names are known.",
  }),
  lastNameAttribute: setting.text({
    label: "Last name attribute",
    help: "The attribute that holds the last name. Left out, the usual names are known.",
  }),
  employeeIdAttribute: setting.text({
    label: "Employee ID attribute",
    help: "The attribute that holds the employee ID. Left out, the usual names are known.",
  }),
  groupsAttribute: setting.text({
    label: "Groups attribute",
    help: "The attribute that holds the groups. Left out, the usual names are known.",
  }),
  allowIdpInitiated: setting.toggle({
    default: false,
    label: "Allow sign-in from the provider's portal",
    help: "Messages that answer no request of Usher's are refused either way in this version; point the portal's tile at the sign-on address.",
  }),
  clockSkewSeconds: setting.integer({
    minimum: 0,
    maximum: 300,
    default: 60,
    label: "Clock skew in seconds",
    help: "By how much the provider's clock may differ from this machine's.",
  }),
  signRequests: setting.toggle({
    default: false,
    label: "Sign requests",
    help: "Sign every request with the connection's own key, RSA with SHA-256. The certificate is in the connection's metadata.",
  }),
  encryptedAssertions: setting.toggle({
    default: false,
    label: "Require encrypted assertions",
    help: "Publish an encryption certificate in the connection's metadata, and refuse assertions in the clear.",
  }),
  requestedAuthnContext: setting.list({
    label: "Requested authentication contexts",
    help: "Class URIs, one of which the provider must use exactly, such as urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport. Left out, the provider decides.",
  }),
  signedPart: setting.choice(["RESPONSE", "ASSERTION", "BOTH", "EITHER"], {
    default: "EITHER",
    label: "Signed part",
    help: "What the provider must sign. Whatever is signed must verify, and something always must be.",
  }),
} as const;

export type SamlSettings = SettingsOf<typeof SAML_SETTINGS>;
export type SamlDraft = DraftSettingsOf<typeof SAML_SETTINGS>;

/** A document that only adds certificates takes nothing from anybody's trust. */
function changesProvider(before: string | null, after: string | null): boolean {
  if (before === null || after === null) return true;
  const [old, present] = [before, after].map((text) => parseProviderMetadata(text, () => null, new Date(0)));
  if (old === undefined || present === undefined || "issue" in old || "issue" in present) return true;
  const isSameProvider =
    old.value.entityId === present.value.entityId && old.value.signOnUrl === present.value.signOnUrl;
  const pems = (metadata: typeof old.value) => metadata.certificates.map(({ pem }) => pem);
  return !isSameProvider || !isSubset(pems(old.value), pems(present.value));
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  return some.every((each) => all.includes(each));
}
