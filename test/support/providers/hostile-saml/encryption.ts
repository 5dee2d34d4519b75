/** Messages with weak encryption, for a different recipient, or with hostile content. */
import { element, rootElement, URI } from "../saml/canonical.js";
import type { Person, ResponseContent } from "../saml/index.js";
import { joinAssertion, joinResponse } from "../saml/response.js";
import { ALGORITHM, encryptAssertion, maskGeneration } from "../saml/signature.js";
import { type Add, type HostileSituation, genuine, impersonate } from "./situation.js";

export function addEncryption(situation: HostileSituation, add: Add): void {
  const { provider, request, victim, encryptionCertificate: certificate, foreignKey } = situation;
  const send = (name: string, code: string, changes: Partial<ResponseContent>, isRefusedEarly = true) =>
    add(`encryption/${name}`, code, joinResponse(genuine(situation, changes)), isRefusedEarly);
  send("CBC in an unsigned response", "SAML_ENCRYPTION_UNSUPPORTED", {
    signedPart: "ASSERTION",
    encryption: { certificate, cipher: "aes256-cbc" },
  });
  send("RSA 1.5", "SAML_ENCRYPTION_UNSUPPORTED", { encryption: { certificate, transport: `${URI.xenc}rsa-1_5` } });
  send("OAEP with another digest", "SAML_ENCRYPTION_UNSUPPORTED", {
    encryption: { certificate, transportDigest: ALGORITHM.sha256 },
  });
  const unsupported = (name: string, transportDigest: string | null, transportExtra: string) =>
    send(`OAEP of 1.1 with ${name}`, "SAML_ENCRYPTION_UNSUPPORTED", {
      encryption: { certificate, transport: `${URI.xenc11}rsa-oaep`, transportDigest, transportExtra },
    });
  unsupported("SHA-256 and no mask", ALGORITHM.sha256, "");
  unsupported("a mask and no digest", null, maskGeneration("sha256"));
  unsupported("another mask", ALGORITHM.sha256, maskGeneration("sha512"));
  unsupported("an unknown mask", ALGORITHM.sha1, maskGeneration("md5"));
  unsupported("two masks", ALGORITHM.sha1, maskGeneration("sha512") + maskGeneration("sha1"));
  unsupported("a label", ALGORITHM.sha1, element("xenc:OAEPparams", {}, "AAAA"));
  send("OAEP of 1.0 with a mask", "SAML_ENCRYPTION_UNSUPPORTED", {
    encryption: { certificate, transportExtra: maskGeneration("sha1") },
  });
  send("for another key", "SAML_DECRYPTION_FAILED", { encryption: { certificate: foreignKey.certificate } });
  send("changed on the way", "SAML_DECRYPTION_FAILED", {
    signedPart: "ASSERTION",
    encryption: { certificate, tamper: flipLastByte },
  });
  send("cut to nothing", "SAML_DECRYPTION_FAILED", {
    signedPart: "ASSERTION",
    encryption: { certificate, tamper: (bytes) => bytes.subarray(0, 16) },
  });
  send("short tag", "SAML_DECRYPTION_FAILED", {
    signedPart: "ASSERTION",
    encryption: { certificate, tamper: (bytes) => bytes.subarray(0, -12) },
  });
  const parts = genuine(situation, { encryption: { certificate } });
  const xml = joinResponse(parts);
  add(
    "encryption/Triple DES",
    "SAML_ENCRYPTION_UNSUPPORTED",
    xml.replace("http://www.w3.org/2009/xmlenc11#aes256-gcm", `${URI.xenc}tripledes-cbc`),
  );
  add(
    "encryption/two encrypted parts",
    "SAML_UNEXPECTED_STRUCTURE",
    xml.replace(
      "</saml:EncryptedAssertion>",
      `${/<xenc:EncryptedData .*<\/xenc:EncryptedData>/s.exec(xml)![0]}</saml:EncryptedAssertion>`,
    ),
  );
  const beside = (inner: string) => xml.replace("</saml:EncryptedAssertion>", `${inner}</saml:EncryptedAssertion>`);
  add(
    "encryption/a second part without a method",
    "SAML_UNEXPECTED_STRUCTURE",
    beside(rootElement("xenc:EncryptedData", {})),
  );
  add(
    "encryption/a second key without a method",
    "SAML_UNEXPECTED_STRUCTURE",
    beside(rootElement("xenc:EncryptedKey", {})),
  );
  add(
    "encryption/a signature beside the encrypted part",
    "SAML_UNEXPECTED_STRUCTURE",
    beside(parts.assertion.signature),
  );
  add(
    "encryption/cipher reference in place of the text",
    "SAML_UNEXPECTED_STRUCTURE",
    xml.replace(
      /<xenc:CipherValue>.*?<\/xenc:CipherValue>/s,
      '<xenc:CipherReference URI="http://169.254.169.254/"></xenc:CipherReference>',
    ),
  );
  add(
    "encryption/cipher reference",
    "SAML_UNEXPECTED_STRUCTURE",
    xml.replaceAll(
      "</xenc:CipherValue>",
      '</xenc:CipherValue><xenc:CipherReference URI="http://169.254.169.254/"></xenc:CipherReference>',
    ),
  );
  add(
    "encryption/retrieval method with a quote",
    "SAML_UNEXPECTED_STRUCTURE",
    xml.replace(
      "<xenc:EncryptedKey>",
      `<ds:RetrievalMethod URI="#' or '1'='1"></ds:RetrievalMethod><xenc:EncryptedKey>`,
    ),
  );
  add(
    "encryption/plain beside encrypted",
    "SAML_UNEXPECTED_STRUCTURE",
    joinResponse({ ...parts, carried: `${parts.carried}${joinAssertion(parts.assertion)}` }),
  );
  // An attacker can encrypt with the published key, so decrypted content is not trustworthy.
  const wrap = (assertion: string) =>
    joinResponse({
      ...parts,
      response: { ...parts.response, signature: "" },
      carried: encryptAssertion(assertion, { certificate }),
    });
  const inner = joinAssertion(genuine(situation).assertion);
  const forge = impersonate(situation);
  const unsigned = (person: Person) =>
    joinAssertion({ ...provider.build(provider.describe(person, request)).assertion, signature: "" });
  add("encryption/unsigned assertion in an unsigned response", "SAML_UNSIGNED", wrap(unsigned(victim)));
  add("encryption/forged assertion", "SAML_BAD_SIGNATURE", wrap(forge(inner)), false);
  add(
    "encryption/comment inside",
    "SAML_FORBIDDEN_MARKUP",
    wrap(inner.replace("<saml:Subject>", "<!-- --><saml:Subject>")),
  );
  add("encryption/DOCTYPE inside", "SAML_FORBIDDEN_MARKUP", wrap(`<!DOCTYPE x [<!ENTITY a "b">]>${inner}`));
  add(
    "encryption/4,000 elements inside",
    "SAML_RESPONSE_TOO_LARGE",
    wrap(inner.replace("<saml:Subject>", `${"<a></a>".repeat(4_000)}<saml:Subject>`)),
  );
  add(
    "encryption/assertion in an assertion inside",
    "SAML_UNEXPECTED_STRUCTURE",
    wrap(inner.replace("</saml:Assertion>", `${unsigned(victim)}</saml:Assertion>`)),
  );
  add("encryption/two assertions inside", "SAML_MALFORMED_RESPONSE", wrap(`${inner}${inner}`));
  add(
    "encryption/something else inside",
    "SAML_UNEXPECTED_STRUCTURE",
    wrap(inner.replaceAll("saml:Assertion", "saml:Advice")),
  );
  const weak = provider.build({
    ...provider.describe(victim, request),
    signedPart: "ASSERTION",
    assertionSigning: { method: ALGORITHM.rsaSha1 },
  });
  add("encryption/SHA-1 inside", "SAML_WEAK_ALGORITHM", wrap(joinAssertion(weak.assertion)));
}

function flipLastByte(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed[changed.length - 20]! ^= 1;
  return changed;
}
