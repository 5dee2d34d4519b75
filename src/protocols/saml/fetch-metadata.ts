/** Fetches a metadata document and reads the facts about the provider from it. */
import { requestText, type Fetch } from "../http/index.js";
import { quote } from "../refusal.js";
import type { ProviderCertificate } from "./certificates.js";
import { parseProviderMetadata, type AddressRule, type ProviderMetadata } from "./provider-metadata.js";
import { refuse } from "./refusals.js";

/** The facts about a provider that sign-ins need. */
export interface ProviderFacts {
  readonly entityId: string;
  readonly signOnUrl: string;
  readonly certificates: readonly ProviderCertificate[];
}

/** The facts of a document, and when the request for it began. */
export interface ReadProvider {
  readonly facts: ProviderFacts;
  readonly readAt: Date;
}

/** The address of a document, and the provider that it must describe. */
export interface MetadataAddress {
  readonly metadataUrl: string;
  readonly fetch: Fetch;
  readonly judgeAddress: AddressRule;
  readonly now: () => Date;
  /** The entity ID that the document must have; `null` if any entity ID is accepted, as for the first document. */
  readonly entityId: string | null;
}

const LONGEST_DOCUMENT_BYTES = 1_000_000;

/**
 * Fetches a document and returns the facts about the provider.
 *
 * @throws ProtocolRefusal what `fetchMetadata` throws, and `SAML_PROVIDER_CHANGED` if the document has a different entity ID
 */
export async function fetchProvider(
  address: MetadataAddress,
): Promise<ReadProvider & { readonly metadata: ProviderMetadata }> {
  const { metadataUrl, fetch, judgeAddress, now, entityId: expected } = address;
  const readAt = now();
  const { value: metadata } = await fetchMetadata(metadataUrl, fetch, judgeAddress, readAt);
  const { entityId, signOnUrl, certificates } = metadata;
  if (expected !== null && entityId !== expected)
    refuse("SAML_PROVIDER_CHANGED", `expected ${expected}, found ${quote(entityId)}`);
  return { facts: { entityId, signOnUrl, certificates }, readAt, metadata };
}

/**
 * Fetches and reads a metadata document.
 *
 * @throws ProtocolRefusal `SAML_METADATA_UNREACHABLE`, `SAML_METADATA_INVALID`, or `SAML_METADATA_EXPIRED` for a valid
 *   document that is too old
 */
export async function fetchMetadata(url: string, fetch: Fetch, judgeAddress: AddressRule, now: Date) {
  const { status, text } = await requestText(fetch, {
    what: "the metadata",
    address: url,
    init: { headers: { accept: "application/samlmetadata+xml, application/xml, text/xml" } },
    codeOf: (failure) => (failure === "too-large" ? "SAML_METADATA_INVALID" : "SAML_METADATA_UNREACHABLE"),
    longestAnswerBytes: LONGEST_DOCUMENT_BYTES,
  });
  if (status < 200 || status >= 300) return refuse("SAML_METADATA_UNREACHABLE", `${url} answers with status ${status}`);
  const parsed = parseProviderMetadata(text, judgeAddress, now);
  if ("value" in parsed) return parsed;
  const isSound = "value" in parseProviderMetadata(text, judgeAddress, new Date(0));
  return refuse(isSound ? "SAML_METADATA_EXPIRED" : "SAML_METADATA_INVALID", `the document ${parsed.issue}`);
}
