/** Writes the stand-in's metadata (SAML metadata 2.4.3). */
import { element, escapeText, rootElement, URI } from "./canonical.js";

export interface PublishedProvider {
  readonly entityId: string;
  readonly signOnUrl: string;
  /** Without it, the provider has no single logout. */
  readonly logoutUrl?: string | null;
  /** Each has its own KeyDescriptor. A list is the certificate chain of one key. */
  readonly certificates: readonly (string | readonly string[])[];
  readonly nameIdFormat: string;
  readonly wantsSignedRequests: boolean;
}

export function writeProviderMetadata(provider: PublishedProvider): string {
  return rootElement(
    "md:EntityDescriptor",
    { entityID: provider.entityId },
    element(
      "md:IDPSSODescriptor",
      {
        WantAuthnRequestsSigned: String(provider.wantsSignedRequests),
        protocolSupportEnumeration: URI.samlp,
      },
      ...provider.certificates.map((certificate) =>
        element(
          "md:KeyDescriptor",
          { use: "signing" },
          rootElement(
            "ds:KeyInfo",
            {},
            element("ds:X509Data", {}, ...[certificate].flat().map((each) => element("ds:X509Certificate", {}, each))),
          ),
        ),
      ),
      provider.logoutUrl == null
        ? ""
        : element("md:SingleLogoutService", {
            Binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
            Location: provider.logoutUrl,
          }),
      element("md:NameIDFormat", {}, escapeText(provider.nameIdFormat)),
      element("md:SingleSignOnService", {
        Binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
        Location: provider.signOnUrl,
      }),
    ),
  );
}
