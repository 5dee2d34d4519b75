/** The connection type for any identity provider that speaks SAML 2.0. */
import { CONTRACT_VERSION, defineConnectionType } from "../../connection/contract/index.js";
import type { VerifiedAssertion } from "../../protocols/saml/check-assertion.js";
import { createValidator } from "../../protocols/saml/create-validator.js";
import { SAML_REFUSALS } from "../../protocols/saml/refusals.js";
import { createCertifiedKey } from "../../protocols/saml/self-signed-certificate.js";
import { writeServiceProviderMetadata } from "../../protocols/saml/service-provider-metadata.js";
import type { Validator } from "../../protocols/saml/validator.js";
import { claimsView } from "./claims-view.js";
import { checkSettings } from "./check-settings.js";
import { diagnose } from "./diagnose.js";
import { completeFromMetadata, importMetadata } from "./metadata.js";
import { normalize } from "./normalize.js";
import { openConnection, readCertificates, type OpenedSaml } from "./open.js";
import { refreshMetadata } from "./refresh.js";
import { recallProvider } from "./remember.js";
import { SAML_SETTINGS } from "./settings.js";

/**
 * Makes the type with a validator that the caller chooses.
 *
 * @param makeValidator called once, when the first connection is opened. `close` of the type closes the validator
 */
export function createSamlConnectionType(makeValidator: () => Validator) {
  let validator: Validator | null = null;
  return defineConnectionType<typeof SAML_SETTINGS, OpenedSaml, VerifiedAssertion>({
    id: "saml",
    name: "SAML 2.0",
    description: "Any identity provider that speaks SAML 2.0, such as AD FS, Okta, PingFederate or Shibboleth.",
    guide: "docs/administrators/saml.md",
    contractVersion: CONTRACT_VERSION,
    settingsVersion: 1,
    upgrade: (stored) => stored,
    binding: "post",
    saysWhetherEmailIsVerified: false,
    settings: SAML_SETTINGS,
    refusals: SAML_REFUSALS,
    check: checkSettings,
    complete: completeFromMetadata,
    importMetadata,
    refresh: refreshMetadata,
    serviceProvider: (addresses) => [
      { name: "entityId", label: "Entity ID (audience, identifier)", value: addresses.metadataUrl },
      { name: "acsUrl", label: "Assertion consumer service URL (reply URL, recipient)", value: addresses.acsUrl },
      { name: "signOnUrl", label: "Sign-on URL (for portal tiles)", value: addresses.startUrl },
      { name: "logoutUrl", label: "Single logout URL (HTTP-Redirect and HTTP-POST)", value: addresses.logoutUrl },
      { name: "metadataUrl", label: "Service provider metadata", value: addresses.metadataUrl },
    ],
    createKeys: async (addresses, now) => {
      const { hostname } = new URL(addresses.acsUrl);
      const [signing, decryption] = await Promise.all([
        createCertifiedKey(`Usher signing (${hostname})`, now),
        createCertifiedKey(`Usher encryption (${hostname})`, now),
      ]);
      return { signing: [signing], decryption: [decryption] };
    },
    metadataDocument: (addresses, settings, keys) => ({
      contentType: "application/samlmetadata+xml; charset=utf-8",
      body: writeServiceProviderMetadata({
        entityId: addresses.metadataUrl,
        acsUrl: addresses.acsUrl,
        logoutUrl: addresses.logoutUrl,
        signingCertificates: keys?.signing.map(({ certificate }) => certificate) ?? [],
        signsRequests: settings.signRequests === true,
        encryptionCertificates: settings.encryptedAssertions
          ? (keys?.decryption.map(({ certificate }) => certificate) ?? [])
          : [],
        nameIdFormat: settings.nameIdFormat,
        wantAssertionsSigned: settings.signedPart === "ASSERTION" || settings.signedPart === "BOTH",
      }),
    }),
    issuer: ({ entityId, metadataUrl }) => {
      if (entityId !== null) return { kind: "named", issuers: [entityId] };
      return metadataUrl === null ? { kind: "open" } : { kind: "learnt", from: metadataUrl };
    },
    open: (settings, runtime) => openConnection(settings, runtime, (validator ??= makeValidator())),
    strategy: (opened) => opened.strategy,
    normalize,
    logout: {
      describeSession: (verified, { logout }) => logout.describeSession(verified),
      begin: (session, handle, { logout }) => Promise.resolve(logout.begin(session, handle)),
      receive: (exchange, { logout }) => logout.receive(exchange),
    },
    claims: claimsView,
    diagnose,
    expirations: (settings, runtime) =>
      (recallProvider(settings, runtime)?.facts.certificates ?? readCertificates(settings)).map(
        ({ fingerprint, expiresAt }) => ({ kind: "CERTIFICATE", name: fingerprint, expiresAt }),
      ),
    close: async () => {
      await validator?.close();
      validator = null;
    },
  });
}

/** The connection type of an installation. It verifies signatures in worker threads if the program is compiled. */
export const saml = createSamlConnectionType(createValidator);
