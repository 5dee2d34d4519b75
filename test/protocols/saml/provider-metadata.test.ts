/** Metadata as well-known providers publish it is read. Each kind of broken metadata is refused with its own message. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parseProviderMetadata } from "../../../src/protocols/saml/provider-metadata.js";
import { createProviderKey } from "../../support/providers/saml/index.js";
import { writeProviderMetadata } from "../../support/providers/saml/metadata.js";

const FOLDER = new URL("../../support/providers/saml/metadata/", import.meta.url);
const NOW = new Date("2026-11-23T08:00:00Z");
const onlyHttps = (url: URL) => (url.protocol === "https:" ? null : "must begin with https://");
const read = (name: string) => parseProviderMetadata(readFileSync(new URL(name, FOLDER), "utf8"), onlyHttps, NOW);

describe("it reads the metadata of", () => {
  test.each([
    [
      "entra-id",
      "https://sts.windows.net/11111111-2222-3333-4444-555555555555/",
      "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/saml2",
      "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/saml2",
      2,
      false,
    ],
    [
      "okta",
      "http://www.okta.com/exk1fcia6d6EMsf331d8",
      "https://acme.okta.com/app/acme_usher_1/exk1fcia6d6EMsf331d8/sso/saml",
      null,
      1,
      false,
    ],
    [
      "google-workspace",
      "https://accounts.google.com/o/saml2?idpid=C01abcdef",
      "https://accounts.google.com/o/saml2/idp?idpid=C01abcdef",
      null,
      2,
      false,
    ],
    [
      "ad-fs",
      "http://fs.acme.example/adfs/services/trust",
      "https://fs.acme.example/adfs/ls/",
      "https://fs.acme.example/adfs/ls/",
      1,
      false,
    ],
    [
      "keycloak",
      "https://keycloak.acme.example/realms/acme",
      "https://keycloak.acme.example/realms/acme/protocol/saml",
      "https://keycloak.acme.example/realms/acme/protocol/saml",
      1,
      true,
    ],
    [
      "onelogin",
      "https://app.onelogin.com/saml/metadata/5f6b7c8d-0000-4000-8000-123456789abc",
      "https://acme.onelogin.com/trust/saml2/http-redirect/sso/5f6b7c8d",
      "https://acme.onelogin.com/trust/saml2/http-redirect/slo/123456",
      1,
      false,
    ],
    ["ping-federate", "acme:ping:prod", "https://sso.acme.example/idp/SSO.saml2", null, 1, true],
    [
      "shibboleth",
      "https://idp.university.example/idp/shibboleth",
      "https://idp.university.example/idp/profile/SAML2/Redirect/SSO",
      null,
      2,
      false,
    ],
  ])("%s", (name, entityId, signOnUrl, logoutUrl, certificates, wantsSignedRequests) => {
    const parsed = read(`${name}.xml`);
    expect(parsed).toMatchObject({ value: { entityId, signOnUrl, logoutUrl, wantsSignedRequests } });
    expect("value" in parsed && parsed.value.certificates).toHaveLength(certificates);
  });

  test("ignores certificates for encryption and for other roles", () => {
    const fingerprints = (name: string) => {
      const parsed = read(`${name}.xml`);
      return "value" in parsed ? parsed.value.certificates.map(({ fingerprint }) => fingerprint) : [];
    };
    const [first, second] = fingerprints("entra-id");
    expect(fingerprints("ad-fs")).toEqual([first]);
    expect(fingerprints("shibboleth")).toEqual([first, second]);
  });
});

describe("it takes the usable rest", () => {
  const [first, second] = [createProviderKey(), createProviderKey()];
  const write = (...certificates: readonly (string | readonly string[])[]) =>
    writeProviderMetadata({
      entityId: "https://idp.example",
      signOnUrl: "https://idp.example/sso",
      certificates,
      nameIdFormat: "x",
      wantsSignedRequests: false,
    });
  const service = (name: string, location: string) =>
    `<md:${name} Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${location}"></md:${name}>`;
  const sound = write(first.base64);
  const [role] = /<md:IDPSSODescriptor.*<\/md:IDPSSODescriptor>/s.exec(sound)!;
  const ended = role.replace("<md:IDPSSODescriptor", '<md:IDPSSODescriptor validUntil="2020-01-01T00:00:00Z"');

  test.each([
    ["an elliptic curve", write(createProviderKey({ kind: "ec" }).base64, first.base64), /must hold an RSA key/],
    ["a key of 1,024 bits", write(first.base64, createProviderKey({ bits: 1024 }).base64), /this one has 1024/],
    ["an empty certificate", write(first.base64, "  "), /has a certificate that is empty/],
    ["an empty certificate of the same key", write(["", first.base64]), /has a certificate that is empty/],
    ["a certificate that is cut off", write(first.base64, second.base64.slice(0, 200)), /is cut off/],
    ["a role that ended", sound.replace(role, ended + role), /was valid until 2020-01-01/],
    [
      "a sign-on address that runs a script",
      sound.replace("<md:SingleSignOnService", `${service("SingleSignOnService", "javascript:a()")}$&`),
      /SingleSignOnService whose Location must begin with https/,
    ],
    [
      "a logout address that is not an address",
      sound.replace("<md:SingleSignOnService", `${service("SingleLogoutService", "/slo")}$&`),
      /SingleLogoutService whose Location is not an absolute address/,
    ],
  ])("without %s, and names the part", (_, text, sentence) => {
    const parsed = parseProviderMetadata(text, onlyHttps, NOW);
    expect(parsed).toMatchObject({
      value: {
        signOnUrl: "https://idp.example/sso",
        logoutUrl: null,
        certificates: [{ pem: first.certificate.trimEnd() }],
        leftOut: [expect.stringMatching(sentence)],
      },
    });
  });

  test("and leaves nothing out if every part is usable", () => {
    expect(parseProviderMetadata(sound, onlyHttps, NOW)).toMatchObject({ value: { leftOut: [] } });
  });

  test.each([
    ["the entity", (text: string) => text.replace("<md:EntityDescriptor", '$& validUntil="2027-01-01T00:00:00Z"')],
    ["the role", (text: string) => text.replace("<md:IDPSSODescriptor", '$& validUntil="2027-01-01T00:00:00Z"')],
    [
      "what is around the entity",
      (text: string) =>
        `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" validUntil="2027-01-01T00:00:00Z">${text}</md:EntitiesDescriptor>`,
    ],
  ])("until the end of validity that %s names", (_, change) => {
    const text = change(sound);
    expect(parseProviderMetadata(text, onlyHttps, NOW)).toMatchObject({
      value: { validUntil: new Date("2027-01-01") },
    });
    expect(parseProviderMetadata(text, onlyHttps, new Date("2027-01-01"))).toEqual({
      issue: expect.stringMatching(/was valid until 2027-01-01/),
    });
  });

  test.each([
    ["PT6H", 21_600],
    ["P1DT1H1M1.5S", 90_061.5],
    ["P1Y2M", 36_720_000],
    ["PT0S", 0],
    ["-PT6H", null],
    ["P", null],
    ["PT", null],
    ["6 hours", null],
    ["", null],
  ])("and knows how long the document may be used before it is read again: %s", (duration, cacheSeconds) => {
    const text = sound.replace("<md:EntityDescriptor", `$& cacheDuration="${duration}"`);
    expect(parseProviderMetadata(text, onlyHttps, NOW)).toMatchObject({ value: { cacheSeconds } });
  });

  test("and takes the shortest cacheDuration", () => {
    const text = sound
      .replace("<md:EntityDescriptor", '$& cacheDuration="PT6H"')
      .replace("<md:IDPSSODescriptor", '$& cacheDuration="PT2H"');
    expect(parseProviderMetadata(text, onlyHttps, NOW)).toMatchObject({ value: { cacheSeconds: 7_200 } });
  });

  test("but refuses more than 50 certificates", () => {
    const many = write(...Array.from({ length: 51 }, () => first.base64));
    expect(parseProviderMetadata(many, onlyHttps, NOW)).toEqual({
      issue: expect.stringMatching(/has 51 certificates for signatures; .* at most 50 are read/),
    });
  });
});

describe("it refuses", () => {
  const broken = readdirSync(new URL("broken/", FOLDER)).toSorted();

  test.each([
    ["address-instead-of-document.xml", /is an address, not a document; put it into metadataUrl/],
    ["another-xml.xml", /is a different kind of XML \(rss\)/],
    ["certificate-cut-off.xml", /certificate that must be an X\.509 certificate; .* cut off/],
    ["certificate-not-base64.xml", /certificate that must be base64/],
    ["certificate-of-1024-bits.xml", /at least 2048 bits; this one has 1024/],
    ["certificate-of-elliptic-curve.xml", /must hold an RSA key; this one holds a key of the kind ec/],
    ["doctype-with-entity.xml", /contains a DOCTYPE/],
    ["federation-of-many.xml", /describes 12 entities, as a federation's file does; take the one EntityDescriptor/],
    ["no-certificate.xml", /has no certificate for signatures/],
    ["no-entity-id.xml", /has no entityID/],
    ["no-sign-on.xml", /has no SingleSignOnService/],
    ["not-well-formed.xml", /is not well-formed XML/],
    ["over-since-2020.xml", /was valid until 2020-01-01/],
    ["post-only.xml", /offers sign-on by HTTP-POST only; switch on the binding HTTP-Redirect/],
    ["saml-1.1-only.xml", /SAML 1\.1 only/],
    ["service-provider.xml", /describes a service provider/],
    ["sign-on-relative.xml", /not an absolute address/],
    ["sign-on-runs-a-script.xml", /SingleSignOnService whose Location must begin with https/],
    ["two-identity-providers.xml", /more than one IDPSSODescriptor/],
    ["web-page.xml", /is a web page, not metadata/],
    ["ws-federation-only.xml", /has no IDPSSODescriptor; the provider may publish WS-Federation/],
  ])("%s", (name, sentence) => {
    expect(read(`broken/${name}`)).toEqual({ issue: expect.stringMatching(sentence) });
    expect(broken).toContain(name);
  });

  test("each broken document with a message of its own, all of them above", () => {
    const issues = broken
      .map((name) => read(`broken/${name}`))
      .map((parsed) => ("issue" in parsed ? parsed.issue : ""));
    expect(new Set(issues).size).toBe(broken.length);
    expect(broken).toHaveLength(21);
    expect(issues).not.toContain("");
  });

  const around = (inner: string) =>
    `<?xml version="1.0"?><!-- of Acme --><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="acme">${inner}</EntityDescriptor><!-- end -->`;
  const nested = (count: number, declare: (level: number) => string) =>
    `${Array.from({ length: count }, (_, level) => `<a${declare(level)}>`).join("")}${"</a>".repeat(count)}`;

  // The XML library would take seconds for each. The message shows how far the reader read, at any speed of the machine.
  test.each([
    [
      "many elements",
      around("<a/>".repeat(100_000)),
      "too large for the metadata of one provider: more than 3000 elements",
    ],
    ["many levels", around(nested(20_000, () => "")), "too large .*: more than 40 levels of elements"],
    [
      "many namespaces",
      around(nested(35, (level) => ` xmlns:a${level}="u" xmlns:b${level}="u"`)),
      "too large .*: more than 50 namespaces that hold at once",
    ],
    ["many comments", around("<!-- -->".repeat(5_000)), "too large .*: more than 3000 elements"],
    [
      "brackets that begin nothing",
      around("<".repeat(400_000)),
      "not well-formed XML: a start tag that cannot be read",
    ],
    ["comments that never end", `<a>${"<!--".repeat(100_000)}`, "not well-formed XML: a comment that does not end"],
    ["a CDATA section that never ends", around("<![CDATA["), "not well-formed XML: a CDATA section that does not end"],
    ["a comment inside a tag", around('<a b="<!-- -->"/>'), "not well-formed XML: a start tag that cannot be read"],
  ])("%s, before the XML library reads them", (_, text, sentence) => {
    expect(parseProviderMetadata(text, onlyHttps, NOW)).toEqual({ issue: expect.stringMatching(sentence) });
  });

  test("but accepts comments, instructions and CDATA", () => {
    const text = readFileSync(new URL("keycloak.xml", FOLDER), "utf8");
    const decorated = text.replace(/<([\w:]*)IDPSSODescriptor/, "<!-- < --><?sheet <?><$1IDPSSODescriptor");
    expect(decorated).not.toBe(text);
    expect(parseProviderMetadata(`${decorated}<!-- end -->`, onlyHttps, NOW)).toHaveProperty("value");
  });

  test("plain http, where the operator did not allow the host", () => {
    const text = readFileSync(new URL("keycloak.xml", FOLDER), "utf8").replaceAll(
      "https://keycloak",
      "http://keycloak",
    );
    expect(parseProviderMetadata(text, onlyHttps, NOW)).toEqual({
      issue: expect.stringContaining("must begin with https://"),
    });
    expect(parseProviderMetadata(text, () => null, NOW)).toHaveProperty("value");
  });
});
