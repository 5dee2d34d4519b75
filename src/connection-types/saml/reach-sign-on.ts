/** Checks the sign-on URL. Administrators often enter the value of a different setting there. */
import type { Finding, Runtime } from "../../connection/contract/index.js";
import { parseProviderMetadata, type ProviderMetadata } from "../../protocols/saml/provider-metadata.js";
import { SAML_REFUSALS } from "../../protocols/saml/refusals.js";
import { ok, warn } from "./findings.js";

/** If the two clocks differ by more than this, sign-ins will fail sooner or later. */
const CLOCK_WARN_SECONDS = 30;
const NOTHING_THERE =
  "Compare signOnUrl with the provider's set-up page: it may be the entity ID, which often looks like an address. A few providers answer every request without a SAMLRequest in this way. Then sign-ins work.";

export const EXCHANGED = "Entity ID and sign-on URL are exchanged.";

export function describeExchange({ entityId, signOnUrl }: ProviderMetadata): string {
  return `Set entityId to ${entityId} and signOnUrl to ${signOnUrl}.`;
}

/**
 * Requests the sign-on URL. Gives at most a warning, because a browser may reach an address that this machine cannot
 * reach.
 */
export async function reachSignOn(
  signOnUrl: string,
  entityId: string | null,
  runtime: Runtime,
): Promise<readonly Finding[]> {
  try {
    const response = await runtime.fetch(signOnUrl, { method: "GET" });
    const { status } = response;
    if (status >= 500)
      return [warn("SIGN_ON_URL", `The sign-on URL answers with status ${status}.`, "Open it in a browser.")];
    if (status === 404 || status === 410)
      return [warn("SIGN_ON_URL", `Nothing is at the sign-on URL (status ${status}).`, NOTHING_THERE)];
    const metadata = await readMetadataOf(response);
    if (metadata !== null) return [judgeMetadata(metadata, entityId)];
    return [ok("SIGN_ON_URL", "The sign-on URL answers."), ...judgeClock(response.headers.get("date"), runtime.now())];
  } catch (failure) {
    // The platform's fetch does not follow redirects. A redirect shows that the address answers.
    if ((failure as { code?: unknown }).code === "REDIRECT_REFUSED")
      return [ok("SIGN_ON_URL", "The sign-on URL answers with a redirect.")];
    return [
      warn(
        "SIGN_ON_URL",
        `The sign-on URL could not be reached from here: ${failure instanceof Error ? failure.message.slice(0, 200) : "no answer"}.`,
        "Open it in a browser: people's browsers must reach it, but this machine need not.",
      ),
    ];
  }
}

/** The metadata in an answer; `null` for every other answer, such as a sign-in page. */
async function readMetadataOf(response: Response): Promise<ProviderMetadata | null> {
  const text = await response.text();
  if (!text.includes("EntityDescriptor")) return null;
  const parsed = parseProviderMetadata(text, () => null, new Date(0));
  return "value" in parsed ? parsed.value : null;
}

function judgeMetadata(metadata: ProviderMetadata, entityId: string | null): Finding {
  if (metadata.signOnUrl === entityId) return warn("SIGN_ON_URL", EXCHANGED, describeExchange(metadata));
  return warn(
    "SIGN_ON_URL",
    "The sign-on URL answers with the provider's metadata: people would see XML and not the sign-in page.",
    `Set signOnUrl to ${metadata.signOnUrl}, or clear it and put this address into metadataUrl.`,
  );
}

function judgeClock(date: string | null, now: Date): readonly Finding[] {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) return [];
  const seconds = Math.round((theirs - now.getTime()) / 1000);
  if (Math.abs(seconds) <= CLOCK_WARN_SECONDS) return [ok("CLOCK", "The provider's clock agrees with this machine's.")];
  const way = seconds > 0 ? "ahead of" : "behind";
  return [
    warn(
      "CLOCK",
      `The provider's clock is ${Math.abs(seconds)} seconds ${way} this machine's.`,
      SAML_REFUSALS.SAML_CLOCK_SKEW.remedy,
    ),
  ];
}
