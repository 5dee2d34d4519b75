/** Stores the last facts of the provider's metadata, for restarts and other replicas. */
import type { Runtime } from "../../connection/contract/index.js";
import { parseCertificate } from "../../protocols/saml/certificates.js";
import type { ProviderFacts } from "../../protocols/saml/provider-source.js";
import type { SamlDraft, SamlSettings } from "./settings.js";

const NAME = "provider";

export interface RecalledProvider {
  readonly facts: ProviderFacts;
  readonly learnedAt: Date;
}

export async function keepProvider(facts: ProviderFacts, { memory }: Runtime): Promise<void> {
  const { entityId, signOnUrl, certificates } = facts;
  await memory?.keep(NAME, { entityId, signOnUrl, certificates: certificates.map(({ pem }) => pem) });
}

/** The last facts. `null` if Usher may no longer use them, because the operator may have removed a host since. */
export function recallProvider(
  settings: Pick<SamlSettings | SamlDraft, "metadataUrl" | "entityId">,
  { memory, urls }: Runtime,
): RecalledProvider | null {
  const recollection = settings.metadataUrl === null ? null : (memory?.recall(NAME) ?? null);
  if (recollection === null) return null;
  const { entityId, signOnUrl, certificates: texts } = recollection.facts;
  if (typeof entityId !== "string" || typeof signOnUrl !== "string" || !Array.isArray(texts)) return null;
  const certificates = (texts as readonly string[]).flatMap((text) => {
    const parsed = parseCertificate(text);
    return "value" in parsed ? [parsed.value] : [];
  });
  const isProvider = settings.entityId === null || settings.entityId === entityId;
  const isUsable = URL.canParse(signOnUrl) && urls.browserUrl(new URL(signOnUrl)) === null;
  if (!isProvider || !isUsable || certificates.length === 0) return null;
  return { facts: { entityId, signOnUrl, certificates }, learnedAt: recollection.learnedAt };
}
