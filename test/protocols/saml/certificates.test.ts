/** All spellings of a certificate are equal, and other programs accept the certificates that a connection makes. */
import { X509Certificate, createPrivateKey } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { parseCertificate } from "../../../src/protocols/saml/certificates.js";
import { createCertifiedKey } from "../../../src/protocols/saml/self-signed-certificate.js";
import { createProviderKey } from "../../support/providers/saml/index.js";

describe("a provider's certificate", () => {
  const key = createProviderKey({ name: "idp.example", notAfter: new Date("2030-05-06T07:08:09Z") });
  const lines = key.base64.replace(/(.{64})/g, "$1\n");

  test.each([
    ["PEM", key.certificate],
    ["base64 in one line", key.base64],
    ["base64 in lines", lines],
    ["base64 in lines of Windows", `\r\n${lines.replaceAll("\n", "\r\n")}\r\n`],
    ["PEM with text around it", `Bag Attributes\n  friendlyName: idp\n${key.certificate}\n`],
    ["PEM with line ends as two characters", key.certificate.replaceAll("\n", "\\n")],
    ["PEM of Windows with line ends as two characters", key.certificate.replaceAll("\n", "\\r\\n")],
    ["PEM in one line", key.certificate.replaceAll("\n", " ")],
  ])("is read from %s", (_, input) => {
    const parsed = parseCertificate(input);
    expect("value" in parsed && parsed.value.pem).toBe(key.certificate.trimEnd());
    expect("value" in parsed && parsed.value.expiresAt.toISOString()).toBe("2030-05-06T07:08:09.000Z");
  });

  test.each([
    [
      "a private key",
      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
      /must be a certificate; this is a private key/,
    ],
    ["one PEM line", `-----BEGIN CERTIFICATE-----\n${key.base64}`, /both PEM lines, or neither/],
    ["two certificates", `${key.certificate}${key.certificate}`, /must hold one certificate/],
    ["rubbish", "hello, world", /must be base64/],
    ["base64 of something else", Buffer.from("hello, world").toString("base64"), /must be an X\.509 certificate/],
    ["a key of 1,024 bits", createProviderKey({ bits: 1024 }).certificate, /at least 2048 bits; this one has 1024/],
    ["an elliptic curve", createProviderKey({ kind: "ec" }).certificate, /a key of the kind ec/],
  ])("is not read from %s", (_, input, sentence) => {
    expect(parseCertificate(input)).toEqual({ issue: expect.stringMatching(sentence) });
  });
});

describe("a connection's own certificate", () => {
  test("is one: self-signed, for its key, for ten years", async () => {
    const { privateKey, certificate } = await createCertifiedKey(
      "Usher signing (usher.example)",
      new Date("2026-11-23T08:00:00Z"),
    );
    const read = new X509Certificate(certificate);
    expect(read.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.subject).toBe("CN=Usher signing (usher.example)");
    expect(read.issuer).toBe(read.subject);
    expect(new Date(read.validFrom).toISOString()).toBe("2026-11-23T08:00:00.000Z");
    expect(new Date(read.validTo).toISOString()).toBe("2036-11-23T08:00:00.000Z");
    expect(read.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(parseCertificate(certificate)).toHaveProperty("value");
  });

  test("ends after 2049 in the form that such dates need", async () => {
    const { certificate } = await createCertifiedKey("x", new Date("2045-01-01T00:00:00Z"));
    expect(new Date(new X509Certificate(certificate).validTo).toISOString()).toBe("2055-01-01T00:00:00.000Z");
  });

  test("no two have the same serial number", async () => {
    const made = await Promise.all([1, 2].map(() => createCertifiedKey("x", new Date())));
    const serials = made.map(({ certificate }) => new X509Certificate(certificate).serialNumber);
    expect(new Set(serials).size).toBe(2);
  });
});
