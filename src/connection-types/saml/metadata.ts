/** Fills settings from the provider's metadata, which is pasted or fetched. */
import type { Runtime } from "../../connection/contract/index.js";
import { parseProviderMetadata, type ProviderMetadata } from "../../protocols/saml/provider-metadata.js";
import { fetchMetadata } from "../../protocols/saml/fetch-metadata.js";
import type { SamlDraft } from "./settings.js";

/** The settings that a metadata document fills in. */
type Filled = Pick<SamlDraft, "entityId" | "signOnUrl" | "certificates" | "logoutUrl">;

/**
 * Fills in settings from metadata in the same input. A new document replaces the settings from an older document, but
 * not settings in the same input. Without a new document, nothing changes.
 */
export function completeFromMetadata(settings: SamlDraft, given: ReadonlySet<string>): SamlDraft {
  if (settings.metadataXml === null || !given.has("metadataXml")) return settings;
  // The document was checked when it was parsed as a setting.
  const metadata = parseProviderMetadata(settings.metadataXml, () => null, new Date(0));
  if ("issue" in metadata) return settings;
  const filled = Object.entries(toSettings(metadata.value)).filter(([name]) => !given.has(name));
  return { ...settings, ...Object.fromEntries(filled) };
}

/**
 * Fetches the metadata only if settings are missing. The diagnosis checks the document, and an open connection reads
 * it.
 *
 * @throws ProtocolRefusal `SAML_METADATA_UNREACHABLE`, `SAML_METADATA_INVALID` or `SAML_METADATA_EXPIRED`
 */
export async function importMetadata(settings: SamlDraft, runtime: Runtime): Promise<Partial<SamlDraft>> {
  const { entityId, signOnUrl, certificates } = settings;
  const isComplete = entityId !== null && signOnUrl !== null && certificates !== null;
  if (settings.metadataUrl === null || isComplete) return {};
  const { value } = await fetchMetadata(settings.metadataUrl, runtime.fetch, runtime.urls.browserUrl, runtime.now());
  return toSettings(value);
}

function toSettings(metadata: ProviderMetadata): Filled {
  return {
    entityId: metadata.entityId,
    signOnUrl: metadata.signOnUrl,
    certificates: metadata.certificates.map(({ pem }) => pem),
    logoutUrl: metadata.logoutUrl,
  };
}
