/** Reads the provider's metadata again on a schedule, and keeps it for sign-ins. */
import type { Runtime } from "../../connection/contract/index.js";
import { fetchProvider } from "../../protocols/saml/fetch-metadata.js";
import type { ProviderMetadata } from "../../protocols/saml/provider-metadata.js";
import { keepProvider, recallProvider } from "./remember.js";
import type { SamlSettings } from "./settings.js";

/**
 * The usual time between two readings, after which Usher notices a withdrawn certificate. The time is longer only if
 * the provider's cacheDuration is longer.
 */
const USUAL_PAUSE_SECONDS = 60 * 60;
const LONGEST_PAUSE_SECONDS = 24 * 60 * 60;
/** The shortest time between two readings, even if the document expires soon. */
const SHORTEST_PAUSE_SECONDS = 10 * 60;

/** Reads the metadata and stores its facts. Returns when to read it again; `null` without a metadata address. */
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
 * The next reading is after the provider's cacheDuration, but not before an hour or after a day. If the document
 * expires soon, the next reading is after half of the time left, so that a failure leaves time for further tries.
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
