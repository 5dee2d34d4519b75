/** Reads the provider's metadata again on a schedule, and keeps it for sign-ins. */
import type { Runtime } from "../../connection/contract/index.js";
import { fetchProvider } from "../../protocols/saml/fetch-metadata.js";
import type { ProviderMetadata } from "../../protocols/saml/provider-metadata.js";
import { keepProvider, recallProvider } from "./remember.js";
import type { SamlSettings } from "./settings.js";

/** Usher notices a withdrawn certificate after this time. It waits longer only if the provider's cacheDuration is longer. */
const USUAL_PAUSE_SECONDS = 60 * 60;
const LONGEST_PAUSE_SECONDS = 24 * 60 * 60;
/** A provider whose document expires soon is not asked more often than this. */
const SHORTEST_PAUSE_SECONDS = 10 * 60;

/** Returns when to read the metadata again; `null` without a metadata address. */
export async function refreshMetadata(settings: SamlSettings, runtime: Runtime): Promise<Date | null> {
  const { metadataUrl } = settings;
  if (metadataUrl === null) return null;
  const { fetch, now, urls } = runtime;
  const entityId = settings.entityId ?? recallProvider(settings, runtime)?.facts.entityId ?? null;
  const provider = await fetchProvider({ metadataUrl, fetch, judgeAddress: urls.browserUrl, now, entityId });
  await keepProvider(provider, runtime);
  return chooseNextReading(provider.metadata, now());
}

/**
 * Follows the provider's cacheDuration between an hour and a day. Reads a document that ends sooner at half of its
 * remaining time, so that a failure leaves time for further tries.
 * @internal
 */
export function chooseNextReading(
  { cacheSeconds, validUntil }: Pick<ProviderMetadata, "cacheSeconds" | "validUntil">,
  now: Date,
): Date {
  const pause = Math.min(Math.max(cacheSeconds ?? 0, USUAL_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS);
  const left = validUntil === null ? Number.POSITIVE_INFINITY : (validUntil.getTime() - now.getTime()) / 2_000;
  return new Date(now.getTime() + Math.max(Math.min(pause, left), SHORTEST_PAUSE_SECONDS) * 1_000);
}
