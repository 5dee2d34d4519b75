/** Opens a connection: makes from its settings and keys the strategy that all its sign-ins share. */
import type { Runtime } from "../../connection/contract/index.js";
import { parseCertificate, withoutAuthorities, type ProviderCertificate } from "../../protocols/saml/certificates.js";
import type { ProviderFacts } from "../../protocols/saml/fetch-metadata.js";
import { createFixedSource, createMetadataSource, type ProviderSource } from "../../protocols/saml/provider-source.js";
import { refuse } from "../../protocols/saml/refusals.js";
import type { SamlLogout } from "../../protocols/saml/logout.js";
import type { SamlStrategy } from "../../protocols/saml/saml-strategy.js";
import type { Validator } from "../../protocols/saml/validator.js";
import { checkSubject } from "./normalize.js";
import { keepProvider, recallProvider, recallProviderNow } from "./remember.js";
import type { SamlDraft, SamlSettings } from "./settings.js";

/** An opened connection. All requests may share it. */
export interface OpenedSaml {
  readonly source: ProviderSource;
  readonly strategy: SamlStrategy;
  readonly logout: SamlLogout;
}

/** @throws ProtocolRefusal when settings are missing, or the metadata is not available */
export async function openConnection(
  settings: SamlSettings,
  runtime: Runtime,
  validator: Validator,
): Promise<OpenedSaml> {
  const source = createSource(settings, runtime);
  // Loads the provider now, so that a failure stops the opening and not the first sign-in.
  await source.current();
  const signingKey = runtime.keys?.signing[0]?.privateKey ?? null;
  if (settings.signRequests && signingKey === null) refuse("SAML_SIGNING_KEY_MISSING");
  // node-saml takes a quarter of a second to load. An installation without SAML connections does not load it.
  const { SamlStrategy } = await import("../../protocols/saml/saml-strategy.js");
  const { SamlLogout } = await import("../../protocols/saml/logout.js");
  const strategy = new SamlStrategy({
    entityId: runtime.addresses.metadataUrl,
    acsUrl: runtime.addresses.acsUrl,
    source,
    validator,
    now: runtime.now,
    clockSkewSeconds: settings.clockSkewSeconds,
    signedPart: settings.signedPart,
    nameIdFormat: settings.nameIdFormat,
    authnContexts: settings.requestedAuthnContext ?? [],
    authentication: { maxAgeSeconds: settings.maxAgeSeconds, requiredAcr: settings.requiredAcr ?? [] },
    signingKey: settings.signRequests ? signingKey : null,
    decryptionKeys: runtime.keys?.decryption.map(({ privateKey }) => privateKey) ?? [],
    mustBeEncrypted: settings.encryptedAssertions,
    allowUnsolicited: settings.allowIdpInitiated,
    checkSubject: (verified) => checkSubject(verified, settings),
  });
  const logout = new SamlLogout({
    entityId: runtime.addresses.metadataUrl,
    ownUrl: runtime.addresses.logoutUrl,
    providerUrl: readLogoutUrl(settings, runtime),
    source,
    now: runtime.now,
    clockSkewSeconds: settings.clockSkewSeconds,
    signingKey,
  });
  return { source, strategy, logout };
}

/**
 * The logout URL of the settings; `null` without a usable one. The URL was checked when it was saved, but the operator
 * may no longer allow its host.
 */
function readLogoutUrl({ logoutUrl }: SamlSettings, { urls }: Runtime): string | null {
  return logoutUrl !== null && urls.browserUrl(new URL(logoutUrl)) === null ? logoutUrl : null;
}

function createSource(settings: SamlSettings, runtime: Runtime): ProviderSource {
  const facts = readFacts(settings, runtime);
  if (settings.metadataUrl !== null)
    return createMetadataSource({
      metadataUrl: settings.metadataUrl,
      fetch: runtime.fetch,
      judgeAddress: runtime.urls.browserUrl,
      now: runtime.now,
      entityId: settings.entityId,
      lastKnown: "missing" in facts ? null : facts,
      recalled: recallProvider(settings, runtime),
      recall: () => recallProviderNow(settings, runtime),
      keep: (provider) => keepProvider(provider, runtime),
    });
  if ("missing" in facts) refuse("SAML_SETTINGS_INCOMPLETE", facts.missing.join(", "));
  return createFixedSource(facts);
}

/** The provider that the settings describe, or the names of the settings that are missing or no longer allowed. */
function readFacts(settings: SamlSettings, runtime: Runtime): ProviderFacts | { readonly missing: readonly string[] } {
  const { entityId, signOnUrl } = settings;
  const certificates = readCertificates(settings);
  // The address was checked when it was saved. It is checked again, because the operator may no longer allow its host.
  const isUsable = signOnUrl !== null && runtime.urls.browserUrl(new URL(signOnUrl)) === null;
  if (entityId !== null && isUsable && certificates.length > 0) return { entityId, signOnUrl, certificates };
  return {
    missing: [
      ...(entityId === null ? ["entityId"] : []),
      ...(isUsable ? [] : ["signOnUrl"]),
      ...(certificates.length === 0 ? ["certificates"] : []),
    ],
  };
}

/**
 * The signing certificates of the settings, without the authorities that issued one of them. Older versions of Usher
 * took whole chains of certificates from pasted metadata.
 */
export function readCertificates(settings: SamlSettings | SamlDraft): readonly ProviderCertificate[] {
  return withoutAuthorities(
    (settings.certificates ?? []).flatMap((text) => {
      const parsed = parseCertificate(text);
      return "value" in parsed ? [parsed.value] : [];
    }),
  );
}
