/** Writes the service provider's own metadata document (SAML metadata 2.4.4). */
import { BINDING, NAMESPACE } from "./names.js";

export interface ServiceProvider {
  readonly entityId: string;
  readonly acsUrl: string;
  readonly logoutUrl: string;
  /**
   * In PEM. Usher signs with the key of the first certificate: every logout message and, if `signsRequests`, every
   * sign-in request.
   */
  readonly signingCertificates: readonly string[];
  readonly signsRequests: boolean;
  /** In PEM. The provider may encrypt assertions for these certificates. Empty if the provider should not encrypt. */
  readonly encryptionCertificates: readonly string[];
  readonly nameIdFormat: string | null;
  readonly wantAssertionsSigned: boolean;
}

export function writeServiceProviderMetadata(provider: ServiceProvider): string {
  const { signingCertificates, encryptionCertificates } = provider;
  const keys = [
    ...signingCertificates.map((certificate) => writeKey("signing", certificate, [])),
    ...encryptionCertificates.map((certificate) =>
      writeKey("encryption", certificate, [
        "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        "http://www.w3.org/2009/xmlenc11#aes128-gcm",
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
      ]),
    ),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<md:EntityDescriptor xmlns:md="${NAMESPACE.metadata}" entityID="${escapeXml(provider.entityId)}">`,
    `  <md:SPSSODescriptor AuthnRequestsSigned="${provider.signsRequests}" WantAssertionsSigned="${provider.wantAssertionsSigned}" protocolSupportEnumeration="${NAMESPACE.protocol}">`,
    ...keys,
    ...[BINDING.redirect, BINDING.post].map(
      (binding) => `    <md:SingleLogoutService Binding="${binding}" Location="${escapeXml(provider.logoutUrl)}"/>`,
    ),
    ...(provider.nameIdFormat === null
      ? []
      : [`    <md:NameIDFormat>${escapeXml(provider.nameIdFormat)}</md:NameIDFormat>`]),
    `    <md:AssertionConsumerService Binding="${BINDING.post}" Location="${escapeXml(provider.acsUrl)}" index="0" isDefault="true"/>`,
    "  </md:SPSSODescriptor>",
    "</md:EntityDescriptor>",
    "",
  ].join("\n");
}

function writeKey(use: "signing" | "encryption", certificate: string, methods: readonly string[]): string {
  const base64 = certificate.replace(/-----[A-Z ]+-----|\s+/g, "");
  return [
    `    <md:KeyDescriptor use="${use}">`,
    `      <ds:KeyInfo xmlns:ds="${NAMESPACE.signature}"><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`,
    ...methods.map((method) => `      <md:EncryptionMethod Algorithm="${method}"/>`),
    "    </md:KeyDescriptor>",
  ].join("\n");
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Makes text safe in elements and quoted attributes. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);
}
