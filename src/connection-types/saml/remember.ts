/** Stores the last facts of the provider's metadata, for restarts and other replicas. */
import type { KeptFacts, Runtime } from "../../connection/contract/index.js";
import { parseCertificate } from "../../protocols/saml/certificates.js";
import type { ReadProvider } from "../../protocols/saml/fetch-metadata.js";
import type { SamlDraft, SamlSettings } from "./settings.js";

type Source = Pick<SamlSettings | SamlDraft, "metadataUrl" | "entityId">;

const NAME = "provider";

export async function keepProvider({ facts, readAt }: ReadProvider, { memory }: Runtime): Promise<void> {
  const { entityId, signOnUrl, certificates } = facts;
  await memory?.keep(NAME, { entityId, signOnUrl, certificates: certificates.map(({ pem }) => pem) }, readAt);
}

/**
 * The facts that were stored when the connection was opened; `null` if there are none, or if the settings do not allow
 * them.
 */
export function recallProvider(settings: Source, runtime: Runtime): ReadProvider | null {
  return readKept(runtime.memory?.recall(NAME) ?? null, settings, runtime);
}

/** The facts that are stored now; `null` if there are none, or if the settings do not allow them. */
export async function recallProviderNow(settings: Source, runtime: Runtime): Promise<ReadProvider | null> {
  return readKept((await runtime.memory?.recallNow(NAME)) ?? null, settings, runtime);
}

/** Checks stored facts like any input. The operator may also no longer allow the host of their address. */
function readKept(kept: KeptFacts | null, settings: Source, { urls }: Runtime): ReadProvider | null {
  if (kept === null || settings.metadataUrl === null) return null;
  const { entityId, signOnUrl, certificates: texts } = kept.facts;
  if (typeof entityId !== "string" || typeof signOnUrl !== "string" || !Array.isArray(texts)) return null;
  const certificates = (texts as readonly string[]).flatMap((text) => {
    const parsed = parseCertificate(text);
    return "value" in parsed ? [parsed.value] : [];
  });
  const isProvider = settings.entityId === null || settings.entityId === entityId;
  const isUsable = URL.canParse(signOnUrl) && urls.browserUrl(new URL(signOnUrl)) === null;
  if (!isProvider || !isUsable || certificates.length === 0) return null;
  return { facts: { entityId, signOnUrl, certificates }, readAt: kept.learnedAt };
}
