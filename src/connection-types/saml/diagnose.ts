/** Checks a SAML connection without a person. */
import { ProtocolRefusal, type Finding, type Runtime } from "../../connection/contract/index.js";
import type { ProviderCertificate } from "../../protocols/saml/certificates.js";
import { parseProviderMetadata, type ProviderMetadata } from "../../protocols/saml/provider-metadata.js";
import { fetchMetadata } from "../../protocols/saml/fetch-metadata.js";
import { SAML_REFUSALS, type SamlRefusalCode } from "../../protocols/saml/refusals.js";
import { error, ok, warn } from "./findings.js";
import { readCertificates } from "./open.js";
import { describeExchange, EXCHANGED, reachSignOn } from "./reach-sign-on.js";
import { recallProvider } from "./remember.js";
import type { SamlSettings } from "./settings.js";

const WARN_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;

export async function diagnose(settings: SamlSettings, runtime: Runtime): Promise<readonly Finding[]> {
  const now = runtime.now();
  const { findings, metadata } = await readMetadata(settings, runtime);
  // While the metadata document is not available, sign-ins use the facts that were stored last.
  const published =
    settings.metadataUrl === null ? null : (metadata ?? recallProvider(settings, runtime)?.facts ?? null);
  const certificates = published?.certificates ?? readCertificates(settings);
  const signOnUrl = metadata?.signOnUrl ?? published?.signOnUrl ?? settings.signOnUrl;
  return [
    ...findings,
    ...judgeEntity(settings, metadata),
    ...judgeCertificates(certificates, now),
    ...judgeAuthorities(settings),
    ...judgeRequests(settings, runtime, metadata),
    ...(signOnUrl === null
      ? [error("SIGN_ON_URL", "There is no sign-on URL.", SAML_REFUSALS.SAML_SETTINGS_INCOMPLETE.remedy)]
      : await reachSignOn(signOnUrl, settings.entityId ?? metadata?.entityId ?? null, runtime)),
  ];
}

interface ReadMetadata {
  readonly findings: readonly Finding[];
  readonly metadata: ProviderMetadata | null;
}

async function readMetadata(settings: SamlSettings, runtime: Runtime): Promise<ReadMetadata> {
  const { metadataUrl, metadataXml } = settings;
  if (metadataUrl !== null)
    try {
      const { value } = await fetchMetadata(metadataUrl, runtime.fetch, runtime.urls.browserUrl, runtime.now());
      const message = "The metadata document was fetched and read";
      return { findings: [judgeLeftOut("METADATA_REACHABLE", message, value)], metadata: value };
    } catch (failure) {
      if (!(failure instanceof ProtocolRefusal)) throw failure;
      const { remedy } = SAML_REFUSALS[failure.code as SamlRefusalCode];
      const recalled = recallProvider(settings, runtime);
      const since = runtime.refreshFailingSince?.toISOString();
      const lasting = since === undefined ? "" : ` This has been so since ${since}.`;
      const meanwhile = recalled === null ? "" : ` Sign-ins use the document of ${recalled.readAt.toISOString()}.`;
      const message = `The metadata cannot be used: ${failure.detail ?? ""}.${lasting}${meanwhile}`;
      return { findings: [error("METADATA_REACHABLE", message, remedy)], metadata: null };
    }
  if (metadataXml === null) return { findings: [], metadata: null };
  const parsed = parseProviderMetadata(metadataXml, runtime.urls.browserUrl, runtime.now());
  if ("value" in parsed)
    return {
      findings: [judgeLeftOut("METADATA_READABLE", "The pasted metadata is readable", parsed.value)],
      metadata: parsed.value,
    };
  const warning = warn(
    "METADATA_READABLE",
    `The pasted metadata ${parsed.issue}.`,
    "Paste the provider's present metadata.",
  );
  return { findings: [warning], metadata: null };
}

/** Warns about the parts of a metadata document that Usher cannot use. Sign-ins use the other parts. */
function judgeLeftOut(check: string, message: string, { leftOut }: ProviderMetadata): Finding {
  if (leftOut.length === 0) return ok(check, `${message}.`);
  return warn(
    check,
    `${message}, but Usher does not use all of it: it ${leftOut.join("; it ")}.`,
    "Sign-ins work with the rest. If the provider signs with a certificate that is left out, correct it there.",
  );
}

function judgeEntity(settings: SamlSettings, metadata: ProviderMetadata | null): readonly Finding[] {
  const entityId = settings.entityId ?? metadata?.entityId ?? null;
  if (entityId === null)
    return [error("ISSUER", "There is no entity ID.", SAML_REFUSALS.SAML_SETTINGS_INCOMPLETE.remedy)];
  if (metadata !== null && metadata.entityId !== entityId && metadata.signOnUrl === entityId)
    return [error("ISSUER", EXCHANGED, describeExchange(metadata))];
  if (metadata !== null && metadata.entityId !== entityId)
    return [
      error(
        "ISSUER",
        `The metadata describes ${metadata.entityId}, the setting entityId says ${entityId}.`,
        SAML_REFUSALS.SAML_PROVIDER_CHANGED.remedy,
      ),
    ];
  return [ok("ISSUER", `The provider is ${entityId}.`)];
}

function judgeCertificates(certificates: readonly ProviderCertificate[], now: Date): readonly Finding[] {
  if (certificates.length === 0)
    return [error("CERTIFICATES", "There is no signing certificate.", SAML_REFUSALS.SAML_SETTINGS_INCOMPLETE.remedy)];
  const usable = certificates.filter(({ expiresAt }) => expiresAt > now);
  const last = new Date(Math.max(...certificates.map(({ expiresAt }) => expiresAt.getTime())));
  const remedy = SAML_REFUSALS.SAML_CERTIFICATE_EXPIRED.remedy;
  if (usable.length === 0)
    return [error("CERTIFICATES", `Every signing certificate has expired, the last one on ${day(last)}.`, remedy)];
  const days = Math.floor((last.getTime() - now.getTime()) / DAY_MILLISECONDS);
  if (days < WARN_DAYS)
    return [warn("CERTIFICATES", `The last signing certificate expires in ${days} days, on ${day(last)}.`, remedy)];
  const expired = certificates.length - usable.length;
  if (expired > 0)
    return [
      warn(
        "CERTIFICATES",
        `${expired} of ${certificates.length} signing certificates have expired; the last one is valid until ${day(last)}.`,
        "Remove the expired ones from the setting certificates when the provider no longer signs with them.",
      ),
    ];
  const lengths = `${certificates.length} signing certificate${certificates.length === 1 ? "" : "s"}`;
  return [ok("CERTIFICATES", `${lengths}, RSA of 2,048 bits or more, valid until ${day(last)}.`)];
}

function judgeAuthorities(settings: SamlSettings): readonly Finding[] {
  const count = (settings.certificates?.length ?? 0) - readCertificates(settings).length;
  if (count === 0) return [];
  return [
    warn(
      "CERTIFICATE_AUTHORITIES",
      `${count} of the setting certificates issued another one of them. Only the signer's own certificate verifies messages.`,
      "Remove the authorities' certificates from the setting certificates.",
    ),
  ];
}

function judgeRequests(
  settings: SamlSettings,
  runtime: Runtime,
  metadata: ProviderMetadata | null,
): readonly Finding[] {
  if (settings.signRequests && runtime.keys?.signing[0] === undefined)
    return [
      error(
        "REQUESTS",
        "signRequests is on, but the connection has no key.",
        SAML_REFUSALS.SAML_SIGNING_KEY_MISSING.remedy,
      ),
    ];
  if (metadata?.wantsSignedRequests && !settings.signRequests)
    return [
      warn(
        "REQUESTS",
        "The provider's metadata asks for signed requests, and signRequests is off.",
        "Switch signRequests on, and give the provider this connection's metadata.",
      ),
    ];
  const how = settings.signRequests ? "signed with RSA and SHA-256" : "not signed, which the provider does not ask for";
  return [ok("REQUESTS", `Requests are ${how}.`)];
}

function day(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
