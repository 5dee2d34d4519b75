/**
 * Verifies the signatures of one response with node-saml and returns the signed XML (SAML core 5, SAML bindings 3.5).
 * The code runs in a worker thread or in the calling thread, so it uses no connections, flows or clocks.
 */
import { SAML, ValidateInResponseTo } from "@node-saml/passport-saml";
import { ProtocolRefusal } from "../refusal.js";
import { decryptAssertion } from "./decrypt-assertion.js";
import { extendLibraries } from "./library-algorithms.js";
import { inspectDecryptedAssertion } from "./inspect-response.js";
import { readMessage } from "./read-message.js";
import type { SamlRefusalCode } from "./refusals.js";

/** One response to verify, as plain data for a worker. */
export interface VerificationJob {
  /** The text that `inspectResponse` accepted. */
  readonly responseXml: string;
  /** The provider's certificates in PEM. One of them must verify each signature. */
  readonly certificates: readonly string[];
  readonly responseMustBeSigned: boolean;
  readonly assertionMustBeSigned: boolean;
  readonly encryption: "none" | "authenticated" | "unauthenticated";
  /** Usher's keys in PEM, which may decrypt an assertion. */
  readonly decryptionKeys: readonly string[];
}

export type VerificationAnswer =
  | { readonly outcome: "verified"; readonly assertionXml: string }
  | { readonly outcome: "refused"; readonly code: SamlRefusalCode; readonly detail: string | null };

/** Verifies one response. Never throws because of the response's content. */
export async function verifyMessage(job: VerificationJob): Promise<VerificationAnswer> {
  try {
    return await verify(job);
  } catch (error) {
    if (error instanceof ProtocolRefusal)
      return { outcome: "refused", code: error.code as SamlRefusalCode, detail: error.detail };
    throw error;
  }
}

async function verify(job: VerificationJob): Promise<VerificationAnswer> {
  switch (job.encryption) {
    case "none":
      return callLibrary(job, null);
    case "authenticated": {
      const opened = openAssertion(job);
      if (opened === null) return refused("SAML_DECRYPTION_FAILED");
      const { isSigned } = inspectDecryptedAssertion(readMessage(opened.xml));
      if (!isSigned && (job.assertionMustBeSigned || !job.responseMustBeSigned))
        return refused("SAML_UNSIGNED", "the encrypted assertion is not signed");
      return callLibrary({ ...job, assertionMustBeSigned: job.assertionMustBeSigned || isSigned }, opened.key);
    }
    case "unauthenticated": {
      // With CBC, an attacker who changes the encrypted text can learn about its padding. The signature around that
      // text must therefore be verified before decryption. The library keeps this order when it requires a signed
      // response.
      let answer = refused("SAML_DECRYPTION_FAILED");
      for (const key of job.decryptionKeys) {
        answer = await callLibrary({ ...job, responseMustBeSigned: true }, key);
        if (answer.outcome === "verified") break;
      }
      if (answer.outcome === "refused") return answer;
      const opened = openAssertion(job);
      if (opened === null) return refused("SAML_DECRYPTION_FAILED");
      inspectDecryptedAssertion(readMessage(opened.xml));
      return answer;
    }
  }
}

function openAssertion(job: VerificationJob): { xml: string; key: string } | null {
  const root = readMessage(job.responseXml);
  const encrypted = root.children.find(({ name }) => name === "EncryptedAssertion");
  if (encrypted === undefined) return null;
  for (const key of job.decryptionKeys) {
    const xml = decryptAssertion(encrypted, key);
    if (xml !== null) return { xml, key };
  }
  return null;
}

/**
 * Uses node-saml only to verify signatures and to find the signed XML. Usher's own checks (`check-assertion.ts`)
 * replace the library's reading of the assertion. These checks are stricter, use the connection's clock, and say what
 * is wrong.
 */
class SignatureOnlySaml extends SAML {
  protected override async processValidlySignedAssertionAsync(assertionXml: string) {
    const profile = { issuer: "", nameID: "", nameIDFormat: "", getAssertionXml: () => assertionXml };
    return { profile, loggedOut: false };
  }
}

async function callLibrary(job: VerificationJob, decryptionKey: string | null): Promise<VerificationAnswer> {
  extendLibraries();
  const saml = new SignatureOnlySaml({
    idpCert: [...job.certificates],
    wantAuthnResponseSigned: job.responseMustBeSigned,
    wantAssertionsSigned: job.assertionMustBeSigned,
    ...(decryptionKey !== null && { decryptionPvk: decryptionKey }),
    // The constructor requires these values, but nothing uses them. `check-assertion.ts` compares addresses, audience,
    // instants and the request, on the verified XML.
    issuer: "not-used",
    callbackUrl: "https://not-used.invalid",
    audience: false,
    validateInResponseTo: ValidateInResponseTo.never,
  });
  try {
    const base64 = Buffer.from(job.responseXml, "utf8").toString("base64");
    const { profile, loggedOut } = await saml.validatePostResponseAsync({ SAMLResponse: base64 });
    const assertionXml = loggedOut ? undefined : profile?.getAssertionXml?.();
    if (assertionXml === undefined) return refused("SAML_BAD_SIGNATURE", "the message holds no signed assertion");
    return { outcome: "verified", assertionXml };
  } catch (error) {
    return refused("SAML_BAD_SIGNATURE", error instanceof Error ? error.message.slice(0, 200) : null);
  }
}

function refused(code: SamlRefusalCode, detail: string | null = null): VerificationAnswer {
  return { outcome: "refused", code, detail };
}
