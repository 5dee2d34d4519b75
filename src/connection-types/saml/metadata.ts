/** Fills settings from the provider's metadata, which is pasted or fetched. */
import type { Runtime } from "../../connection/contract/index.js";
import { parseProviderMetadata, type ProviderMetadata } from "../../protocols/saml/provider-metadata.js";
import { fetchMetadata } from "../../protocols/saml/fetch-metadata.js";
import type { SamlDraft } from "./settings.js";

/** The settings that a metadata document fills in. */
type Filled = Pick<SamlDraft, "entityId" | "signOnUrl" | "certificates" | "logoutUrl">;

/**
 * Fills in settings from metadata in the same input. The settings that a new document fills in replace the stored ones,
 * but not settings that the same input sets. Without a new document, nothing changes.
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
 * Returns the settings from the document at the metadata address. Fetches the document only if such settings are
 * missing: otherwise, the diagnosis and the opened connection read it themselves.
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
