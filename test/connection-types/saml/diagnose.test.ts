/** The diagnosis, the service provider's metadata, and the values that an administrator copies to the provider. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Finding } from "../../../src/connection/contract/index.js";
import { saml } from "../../../src/connection-types/saml/index.js";
import { createProviderKey, startSamlProvider, type SamlProvider } from "../../support/providers/saml/index.js";
import { ADDRESSES, openDriver, ownKeys, parseSettings, type DriverOptions } from "./driver.js";

let provider: SamlProvider;
beforeAll(async () => {
  provider = await startSamlProvider();
});
afterAll(() => provider.close());

const DAY = 86_400_000;

async function diagnose(options: DriverOptions = {}, change: Record<string, unknown> = {}) {
  const driver = await openDriver(provider, options);
  const findings = await driver.type.diagnose({ ...driver.settings, ...change }, driver.runtime);
  return Object.fromEntries(findings.map((finding) => [finding.check, finding])) as Record<string, Finding>;
}

/** Settings without metadata, with a wrong sign-on URL. */
const manual = (signOnUrl: string) => ({
  entityId: provider.entityId,
  certificates: [provider.keys()[0]!.base64],
  signOnUrl,
});

describe("the diagnosis", () => {
  test("of a working connection finds nothing wrong", async () => {
    const findings = Object.values(await diagnose());
    expect(findings.filter(({ level }) => level !== "OK")).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["METADATA_READABLE", "ISSUER", "CERTIFICATES", "REQUESTS", "SIGN_ON_URL", "CLOCK"]),
    );
  });

  test.each([
    [-1, "ERROR", /has expired/],
    [29, "WARNING", /expires in (28|29) days/],
    [40, "OK", /valid until/],
  ] as const)("of a certificate with %d days left", async (days, level, sentence) => {
    const certificates = [createProviderKey({ notAfter: new Date(Date.now() + days * DAY) }).base64];
    const { CERTIFICATES } = await diagnose({ settings: { certificates } });
    expect(CERTIFICATES).toMatchObject({ level, message: expect.stringMatching(sentence) });
    expect(CERTIFICATES!.remedy === null).toBe(level === "OK");
  });

  test("names the expired certificates beside a valid one", async () => {
    const old = createProviderKey({ notAfter: new Date(Date.now() - DAY) }).base64;
    const { CERTIFICATES } = await diagnose({ settings: { certificates: [old, provider.keys()[0]!.base64] } });
    expect(CERTIFICATES).toMatchObject({ level: "WARNING", message: expect.stringContaining("1 of 2") });
  });

  test("of a sign-on address that only browsers reach is a warning at most", async () => {
    const fetch = () => Promise.reject(new Error("no route to host"));
    const { SIGN_ON_URL } = await diagnose({ fetch });
    expect(SIGN_ON_URL).toMatchObject({ level: "WARNING", message: expect.stringContaining("no route to host") });
  });

  test("of a sign-on URL that answers with metadata names the right one", async () => {
    const { SIGN_ON_URL } = await diagnose({ settings: { metadataXml: undefined, ...manual(provider.metadataUrl) } });
    expect(SIGN_ON_URL).toEqual({
      check: "SIGN_ON_URL",
      level: "WARNING",
      message: "The sign-on URL answers with the provider's metadata: people would see XML and not the sign-in page.",
      remedy: `Set signOnUrl to ${provider.signOnUrl}, or clear it and put this address into metadataUrl.`,
    });
  });

  test("of an entity ID and a sign-on URL that are exchanged says so", async () => {
    const exchanged = { entityId: provider.signOnUrl, signOnUrl: provider.metadataUrl };
    const settings = { metadataXml: undefined, ...manual(provider.metadataUrl), ...exchanged };
    const finding = {
      message: "Entity ID and sign-on URL are exchanged.",
      remedy: `Set entityId to ${provider.entityId} and signOnUrl to ${provider.signOnUrl}.`,
    };
    expect(await diagnose({ settings })).toMatchObject({ SIGN_ON_URL: finding });
    expect(await diagnose({}, exchanged)).toMatchObject({ ISSUER: { ...finding, level: "ERROR" } });
  });

  test("of a sign-on URL without a page warns", async () => {
    const { SIGN_ON_URL } = await diagnose({ settings: { metadataXml: undefined, ...manual(`${provider.url}/gone`) } });
    expect(SIGN_ON_URL).toMatchObject({ level: "WARNING", message: expect.stringContaining("(status 404)") });
  });

  test("accepts a redirect as an answer", async () => {
    const fetch = () => Promise.reject(Object.assign(new Error("redirect"), { code: "REDIRECT_REFUSED" }));
    expect(await diagnose({ fetch })).toMatchObject({ SIGN_ON_URL: { level: "OK" } });
  });

  test("says how far the clocks are apart", async () => {
    const date = new Date(Date.now() - 300_000).toUTCString();
    const { CLOCK } = await diagnose({ fetch: () => Promise.resolve(new Response("", { headers: { date } })) });
    expect(CLOCK).toMatchObject({ level: "WARNING", message: expect.stringMatching(/(299|30[01]) seconds behind/) });
  });

  test("of a metadata address fetches it, and says what is wrong with it", async () => {
    const settings = { metadataXml: undefined, metadataUrl: provider.metadataUrl };
    expect(await diagnose({ settings })).toMatchObject({
      METADATA_REACHABLE: { level: "OK" },
      ISSUER: { level: "OK" },
    });
    const other = await diagnose({ settings }, { entityId: "https://other.example" });
    expect(other).toMatchObject({
      ISSUER: { level: "ERROR", message: expect.stringContaining("https://other.example") },
    });
    const gone = await diagnose({ settings }, { metadataUrl: `${provider.url}/gone` });
    expect(gone).toMatchObject({
      METADATA_REACHABLE: { level: "ERROR", message: expect.stringContaining("status 404") },
    });
  });

  test("names unusable parts of metadata, pasted or fetched", async () => {
    const weak = createProviderKey({ bits: 1024 });
    const mixed = await startSamlProvider({ keys: [...provider.keys(), weak] });
    try {
      const warning = {
        level: "WARNING",
        message: expect.stringMatching(/Usher does not use all of it: it has a certificate that .* this one has 1024/),
      };
      expect(await diagnose({ settings: { metadataXml: mixed.metadataXml() } })).toMatchObject({
        METADATA_READABLE: warning,
        CERTIFICATES: { level: "OK" },
      });
      const settings = { metadataXml: undefined, metadataUrl: mixed.metadataUrl };
      expect(await diagnose({ settings })).toMatchObject({ METADATA_REACHABLE: warning });
    } finally {
      await mixed.close();
    }
  });

  test("reports a server that does not speak HTTP as an error", async () => {
    const server = createServer((request) => request.socket.end("rubbish"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const metadataUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      expect(await diagnose({}, { metadataUrl, metadataXml: null })).toMatchObject({
        METADATA_REACHABLE: { level: "ERROR" },
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("warns of unsigned requests, a missing key, and portal sign-in", async () => {
    const wanting = await startSamlProvider({ wantsSignedRequests: true, keys: provider.keys() });
    try {
      const settings = { metadataXml: wanting.metadataXml(), allowIdpInitiated: true };
      const findings = await diagnose({ settings });
      expect(findings).toMatchObject({ REQUESTS: { level: "WARNING" } });
      expect(await diagnose({ settings }, { signRequests: true })).toMatchObject({ REQUESTS: { level: "ERROR" } });
      const keys = await ownKeys();
      expect(await diagnose({ settings: { ...settings, signRequests: true }, keys })).toMatchObject({
        REQUESTS: { level: "OK" },
      });
    } finally {
      await wanting.close();
    }
  });

  test("of an empty draft names each missing setting as an error", async () => {
    const { type, runtime } = await openDriver(provider);
    const findings = await type.diagnose(parseSettings({}), runtime);
    const errors = findings.filter(({ level }) => level === "ERROR").map(({ check }) => check);
    expect(errors).toEqual(["ISSUER", "CERTIFICATES", "SIGN_ON_URL"]);
    await expect(type.open(parseSettings({}), runtime)).rejects.toMatchObject({
      code: "SAML_SETTINGS_INCOMPLETE",
      detail: "entityId, signOnUrl, certificates",
    });
  });
});

describe("a metadata address", () => {
  test("fills the empty settings in at activation", async () => {
    const { type, runtime } = await openDriver(provider);
    const found = await type.importMetadata!(parseSettings({ metadataUrl: provider.metadataUrl }), runtime);
    expect(found).toMatchObject({ entityId: provider.entityId, signOnUrl: provider.signOnUrl, logoutUrl: null });
    expect(found.certificates).toHaveLength(1);
    expect(await type.importMetadata!(parseSettings({}), runtime)).toEqual({});
    const gone = parseSettings({ metadataUrl: `${provider.url}/gone` });
    await expect(type.importMetadata!(gone, runtime)).rejects.toMatchObject({ code: "SAML_METADATA_UNREACHABLE" });
  });
});

describe("at the provider", () => {
  test("an administrator pastes entity ID, reply address and sign-on address", () => {
    expect(Object.fromEntries(saml.serviceProvider(ADDRESSES).map(({ name, value }) => [name, value]))).toEqual({
      entityId: ADDRESSES.metadataUrl,
      acsUrl: ADDRESSES.acsUrl,
      signOnUrl: ADDRESSES.startUrl,
      logoutUrl: ADDRESSES.logoutUrl,
      metadataUrl: ADDRESSES.metadataUrl,
    });
  });

  test("the connection's metadata says the same, with the encryption certificate only where it is used", async () => {
    const keys = await ownKeys();
    const plain = saml.metadataDocument!(ADDRESSES, parseSettings({}), keys);
    expect(plain.contentType).toBe("application/samlmetadata+xml; charset=utf-8");
    expect(plain.body).toContain(`entityID="${ADDRESSES.metadataUrl}"`);
    expect(plain.body).toContain(`Location="${ADDRESSES.acsUrl}"`);
    expect(plain.body).toContain('AuthnRequestsSigned="false" WantAssertionsSigned="false"');
    // Logout messages are always signed.
    expect(plain.body.match(/use="(signing|encryption)"/g)).toEqual(['use="signing"']);
    const settings = parseSettings({
      signRequests: true,
      encryptedAssertions: true,
      signedPart: "BOTH",
      nameIdFormat: "emailAddress",
    });
    const { body } = saml.metadataDocument!(ADDRESSES, settings, keys);
    expect(body).toContain('AuthnRequestsSigned="true" WantAssertionsSigned="true"');
    expect(body.match(/use="(signing|encryption)"/g)).toEqual(['use="signing"', 'use="encryption"']);
    expect(body).toContain("nameid-format:emailAddress</md:NameIDFormat>");
    expect(body).toContain(keys.signing[0]!.certificate.split("\n")[1]!);
    expect(body).not.toContain("PRIVATE");
  });
});
