/** The settings of a SAML connection. */
import {
  maxAgeSeconds,
  requiredAcr,
  setting,
  type DraftSettingsOf,
  type ParseContext,
  type SettingsOf,
} from "../../connection/contract/index.js";
import { parseCertificate } from "../../protocols/saml/certificates.js";
import { NAME_ID_FORMAT } from "../../protocols/saml/names.js";
import { parseProviderMetadata } from "../../protocols/saml/provider-metadata.js";

const NAME_ID_FORMATS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(NAME_ID_FORMAT),
  ...Object.values(NAME_ID_FORMAT).map((uri) => [uri, uri] as const),
]);

const metadataXml = setting.document({
  label: "Metadata XML",
  help: "The provider's metadata document. It fills in entity ID, sign-on URL, certificates and logout URL, except those in the same input.",
  trust: true,
  raisesTrust: changesProvider,
});

const nameIdFormat = setting.text({
  label: "NameID format",
  help: "The format of the name by which the provider identifies a person: emailAddress, persistent or unspecified, or the full URN. Left out, the provider decides.",
});

/** The settings, in the order of the form. */
export const SAML_SETTINGS = {
  metadataXml: {
    ...metadataXml,
    parse: (input: unknown, context: ParseContext) => {
      const text = metadataXml.parse(input, context);
      if ("issue" in text) return text;
      // Does not check the document's expiry, because a stored document must stay readable later.
      const metadata = parseProviderMetadata(text.value, context.browserUrl, new Date(0));
      return "issue" in metadata ? metadata : text;
    },
  },
  metadataUrl: setting.url({
    reach: "server",
    label: "Metadata URL",
    help: "Where the provider publishes its metadata. Usher reads it at activation and then every hour, so that it learns rotated certificates. While the address does not answer, or answers with something else, the last good document stays in use; before the first one, the certificates below.",
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
    help: "The provider's certificates, each in base64 with or without PEM lines; RSA of at least 2,048 bits. All of them are accepted, so that the provider can rotate. Filled in from metadata.",
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
    help: "The provider's single logout address (binding HTTP-Redirect). With it, a sign-out here also signs the person out at the provider. Filled in from metadata.",
  }),
  nameIdFormat: {
    ...nameIdFormat,
    parse: (input: unknown, context: ParseContext) => {
      const text = nameIdFormat.parse(input, context);
      if ("issue" in text) return text;
      const format = NAME_ID_FORMATS.get(text.value) ?? text.value;
      if (format === NAME_ID_FORMAT.transient)
        return { issue: "must not be transient: a person would be a new person at every sign-in" };
      return format.startsWith("urn:")
        ? { value: format }
        : { issue: "must be emailAddress, persistent, unspecified, or a URN" };
    },
  },
  emailAttribute: setting.text({
    label: "E-mail attribute",
    help: "The attribute that holds the e-mail address. Left out, Usher tries the usual names. Not needed if the NameID is an e-mail address.",
  }),
  firstNameAttribute: setting.text({
    label: "First name attribute",
    help: "The attribute that holds the first name. Left out, Usher tries the usual names.",
  }),
  lastNameAttribute: setting.text({
    label: "Last name attribute",
    help: "The attribute that holds the last name. Left out, Usher tries the usual names.",
  }),
  employeeIdAttribute: setting.text({
    label: "Employee ID attribute",
    help: "The attribute that holds the employee ID. Left out, Usher tries the usual names.",
  }),
  groupsAttribute: setting.text({
    label: "Groups attribute",
    help: "The attribute that holds the groups. Left out, Usher tries the usual names.",
  }),
  allowIdpInitiated: setting.toggle({
    default: false,
    label: "Allow sign-in from the provider's portal",
    help: "A message that answers no request (IdP-initiated sign-in) then begins a sign-in of Usher's own. Usher never signs a person in with such a message. Turn it on if the portal's tile cannot open the sign-on URL.",
  }),
  clockSkewSeconds: setting.integer({
    minimum: 0,
    maximum: 300,
    default: 60,
    label: "Clock skew in seconds",
    help: "The tolerated difference between the provider's clock and this machine's.",
  }),
  signRequests: setting.toggle({
    default: false,
    label: "Sign requests",
    help: "Sign every request with the connection's own key, RSA with SHA-256. The certificate is in the connection's metadata.",
  }),
  encryptedAssertions: setting.toggle({
    default: false,
    label: "Require encrypted assertions",
    help: "Publish an encryption certificate in the connection's metadata, and refuse assertions that are not encrypted.",
  }),
  requestedAuthnContext: setting.list({
    label: "Requested authentication contexts",
    help: "Class URIs. The provider must use exactly one of them, such as urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport. Left out, the provider decides.",
  }),
  maxAgeSeconds: maxAgeSeconds(
    "Usher asks for a new authentication at each start (ForceAuthn), and checks AuthnInstant.",
  ),
  requiredAcr: requiredAcr("AuthnContextClassRef"),
  signedPart: setting.choice(["RESPONSE", "ASSERTION", "BOTH", "EITHER"], {
    default: "EITHER",
    label: "Signed part",
    help: "What the provider must sign. At least one signature is always required, and every signature must verify.",
  }),
} as const;

export type SamlSettings = SettingsOf<typeof SAML_SETTINGS>;
export type SamlDraft = DraftSettingsOf<typeof SAML_SETTINGS>;

/**
 * Whether a change of the metadata document raises the trust version, which ends sessions. A document that only adds
 * certificates does not.
 */
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
