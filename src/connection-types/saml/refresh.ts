/** Reads the provider's metadata again on a schedule, and keeps it for sign-ins. */
import type { Runtime } from "../../connection/contract/index.js";
import { fetchProvider } from "../../protocols/saml/provider-source.js";
import { keepProvider, recallProvider } from "./remember.js";
import type { SamlSettings } from "./settings.js";

const REFRESH_EVERY_MILLISECONDS = 60 * 60_000;

/** Returns when to read the metadata again; `null` without a metadata address. */
export async function refreshMetadata(settings: SamlSettings, runtime: Runtime): Promise<Date | null> {
  const { metadataUrl } = settings;
  if (metadataUrl === null) return null;
  const { fetch, now, urls } = runtime;
  const entityId = settings.entityId ?? recallProvider(settings, runtime)?.facts.entityId ?? null;
  const facts = await fetchProvider({ metadataUrl, fetch, judgeAddress: urls.browserUrl, now, entityId });
  await keepProvider(facts, runtime);
  return new Date(now().getTime() + REFRESH_EVERY_MILLISECONDS);
}
