/** People sign in through the stand-in provider: every kind of signature, encryption, vocabulary and NameID. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startSamlProvider, type SamlProvider, type ResponseContent } from "../../support/providers/saml/index.js";
import { URI } from "../../support/providers/saml/canonical.js";
import { ALGORITHM, maskGeneration } from "../../support/providers/saml/signature.js";
import { ADDRESSES, openDriver, ownKeys, runExchange, type DriverOptions } from "./driver.js";

let provider: SamlProvider;
beforeAll(async () => {
  provider = await startSamlProvider();
});
afterAll(() => provider.close());

async function signIn(options: DriverOptions = {}, changes: Partial<ResponseContent> = {}, person = "p-1001") {
  const driver = await openDriver(provider, options);
  const { fields } = provider.answer(await driver.start(), person, changes);
  return driver.post(fields);
}

describe("a person signs in", () => {
  test("with a response of which both parts are signed", async () => {
    const outcome = await signIn();
    expect(outcome).toMatchObject({
      action: "profile",
      profile: {
        issuer: provider.entityId,
        subject: "p-1001",
        email: "ann@acme.example",
        emailVerified: null,
        firstName: "Ann",
        lastName: "Archer",
        employeeId: "E1",
        groups: { kind: "known", values: ["Everyone", "ITSM-Admins"] },
        profile: { department: "Sales" },
        authenticationMethods: ["urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"],
      },
    });
  });

  test.each([
    ["RESPONSE", "EITHER"],
    ["ASSERTION", "EITHER"],
    ["BOTH", "EITHER"],
    ["RESPONSE", "RESPONSE"],
    ["BOTH", "RESPONSE"],
    ["ASSERTION", "ASSERTION"],
    ["BOTH", "ASSERTION"],
    ["BOTH", "BOTH"],
  ] as const)("when %s is signed and the connection asks for %s", async (signed, asked) => {
    const outcome = await signIn({ settings: { signedPart: asked } }, { signedPart: signed });
    expect(outcome).toMatchObject({ action: "profile", profile: { subject: "p-1001" } });
  });

  test.each([
    ["RESPONSE", "BOTH"],
    ["ASSERTION", "BOTH"],
    ["RESPONSE", "ASSERTION"],
    ["ASSERTION", "RESPONSE"],
    ["NOTHING", "EITHER"],
  ] as const)("but not when %s is signed and the connection asks for %s", async (signed, asked) => {
    const outcome = await signIn({ settings: { signedPart: asked } }, { signedPart: signed });
    expect(outcome).toMatchObject({ action: "error", code: "SAML_UNSIGNED" });
  });

  test.each(["aes256-gcm", "aes128-gcm", "aes256-cbc", "aes128-cbc"] as const)(
    "with an assertion encrypted by %s in a signed response",
    async (cipher) => {
      const keys = await ownKeys();
      const encryption = { certificate: keys.decryption[0]!.certificate, cipher };
      const outcome = await signIn({ keys, settings: { encryptedAssertions: true } }, { encryption });
      expect(outcome).toMatchObject({ action: "profile", profile: { subject: "p-1001" } });
    },
  );

  test.each(["RESPONSE", "ASSERTION"] as const)(
    "with an encrypted assertion of which %s is signed",
    async (signedPart) => {
      const keys = await ownKeys();
      const encryption = { certificate: keys.decryption[0]!.certificate };
      const outcome = await signIn({ keys }, { encryption, signedPart });
      expect(outcome).toMatchObject({ action: "profile", profile: { subject: "p-1001" } });
    },
  );

  test.each(["RESPONSE", "ASSERTION", "BOTH"] as const)(
    "with RSA and SHA-384 in signature and digest, where %s is signed",
    async (signedPart) => {
      const signing = { method: ALGORITHM.rsaSha384, digest: ALGORITHM.sha384 };
      const outcome = await signIn({}, { signedPart, responseSigning: signing, assertionSigning: signing });
      expect(outcome).toMatchObject({ action: "profile", profile: { subject: "p-1001" } });
    },
  );

  test.each([
    ["sha1", null, ""],
    ["sha1", ALGORITHM.sha1, maskGeneration("sha1")],
    ["sha256", ALGORITHM.sha256, maskGeneration("sha256")],
    ["sha384", ALGORITHM.sha384, maskGeneration("sha384")],
    ["sha512", ALGORITHM.sha512, maskGeneration("sha512")],
  ] as const)("with RSA-OAEP of XML Encryption 1.1 and %s", async (transportHash, transportDigest, transportExtra) => {
    const keys = await ownKeys();
    const transport = `${URI.xenc11}rsa-oaep`;
    const { certificate } = keys.decryption[0]!;
    for (const [cipher, signedPart] of [
      ["aes256-gcm", "ASSERTION"],
      ["aes128-gcm", "RESPONSE"],
      ["aes256-cbc", "BOTH"],
    ] as const) {
      const encryption = { certificate, cipher, transport, transportHash, transportDigest, transportExtra };
      const outcome = await signIn({ keys, settings: { encryptedAssertions: true } }, { encryption, signedPart });
      expect(outcome).toMatchObject({ action: "profile", profile: { subject: "p-1001" } });
    }
  });

  test("with a message that begins with a byte order mark and an XML declaration", async () => {
    const driver = await openDriver(provider);
    const { fields } = provider.answer(await driver.start(), "p-1001");
    const xml = Buffer.from(fields.SAMLResponse, "base64").toString("utf8");
    const written = Buffer.from(`\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`, "utf8").toString("base64");
    const lines = written.replace(/(.{76})/g, "$1\r\n");
    expect(await driver.post({ SAMLResponse: lines })).toMatchObject({ action: "profile" });
  });
});

describe("the request", () => {
  test("names this service, the address of the answer and its own ID, and nothing more", async () => {
    const driver = await openDriver(provider);
    const url = await driver.start({ loginHint: "ann@acme.example" });
    const request = provider.readRequest(url);
    expect(url.startsWith(`${provider.signOnUrl}?`)).toBe(true);
    expect(request).toMatchObject({
      issuer: ADDRESSES.metadataUrl,
      acsUrl: ADDRESSES.acsUrl,
      destination: provider.signOnUrl,
      forceAuthn: false,
      nameIdFormat: null,
      authnContexts: [],
      signature: null,
      loginHint: "ann@acme.example",
    });
    expect(request.relayState).toMatch(/^[\w-]{43}$/);
    expect([...driver.flows.keys()]).toEqual([request.id]);
  });

  test("is signed with SHA-256 if the connection says so, and the provider verifies it", async () => {
    const keys = await ownKeys();
    const driver = await openDriver(provider, { keys, settings: { signRequests: true } });
    const strict = await startSamlProvider({
      serviceProviderCertificates: [keys.signing[0]!.certificate],
      wantsSignedRequests: true,
    });
    try {
      const request = strict.readRequest(await driver.start());
      expect(request.signature).toEqual({
        algorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        isValid: true,
      });
    } finally {
      await strict.close();
    }
  });

  test("is refused with its own code if it must be signed without a key", async () => {
    await expect(openDriver(provider, { settings: { signRequests: true } })).rejects.toMatchObject({
      code: "SAML_SIGNING_KEY_MISSING",
    });
  });

  test("contains the connection's NameID format and authentication context", async () => {
    const context = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509";
    const settings = { nameIdFormat: "persistent", requestedAuthnContext: [context] };
    const driver = await openDriver(provider, { settings });
    const url = await driver.start();
    expect(provider.readRequest(url)).toMatchObject({
      nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
      authnContexts: [context],
    });
    const other = await driver.post(provider.answer(url, "p-1001").fields);
    expect(other).toMatchObject({ action: "error", code: "SAML_AUTHN_CONTEXT_UNAVAILABLE" });
    const right = await driver.post(provider.answer(url, "p-1001", { authnContext: context }).fields);
    expect(right).toMatchObject({ action: "profile" });
  });

  test("asks for a new authentication, and refuses an older one", async () => {
    const driver = await openDriver(provider);
    const url = await driver.start({ forceAuthentication: true });
    expect(provider.readRequest(url).forceAuthn).toBe(true);
    const old = provider.answer(url, "p-1001", { authnInstant: new Date(Date.now() - 3_600_000) });
    expect(await driver.post(old.fields)).toMatchObject({ action: "error", code: "SAML_NOT_REAUTHENTICATED" });
    expect(await driver.post(provider.answer(url, "p-1001").fields)).toMatchObject({ action: "profile" });
  });

  test("lets a person choose the account, and accepts an older authentication", async () => {
    const driver = await openDriver(provider);
    const url = await driver.start({ chooseAccount: true });
    expect(provider.readRequest(url).forceAuthn).toBe(true);
    const old = provider.answer(url, "p-1001", { authnInstant: new Date(Date.now() - 3_600_000) });
    expect(await driver.post(old.fields)).toMatchObject({ action: "profile" });
  });

  test("an older authentication is accepted if the request did not ask for a new one", async () => {
    const outcome = await signIn({}, { authnInstant: new Date(Date.now() - 3_600_000) });
    expect(outcome).toMatchObject({ action: "profile" });
  });
});

test("the stand-in's pages work without a script: button, form, button", async () => {
  const driver = await openDriver(provider);
  const login = await (await fetch(await driver.start())).text();
  expect(login).not.toContain("<script");
  const request = /name="request" value="([^"]+)"/.exec(login)?.[1] ?? "";
  const body = new URLSearchParams({ request, person: "p-1002" });
  const page = await (await fetch(`${provider.url}/sign-in`, { method: "POST", body })).text();
  expect(page).toContain(`action="${ADDRESSES.acsUrl}"`);
  expect(page).toContain('<button type="submit">');
  const SAMLResponse = /name="SAMLResponse" value="([^"]+)"/.exec(page)?.[1] ?? "";
  expect(await driver.post({ SAMLResponse })).toMatchObject({ action: "profile", profile: { subject: "p-1002" } });
});

test("a hundred interleaved sign-ins give every person their own result", async () => {
  const driver = await openDriver(provider);
  const people = provider.people.map(({ id }) => id);
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const wanted = people[index % people.length]!;
      const outcome = await driver.post(provider.answer(await driver.start(), wanted).fields);
      return outcome.action === "profile" ? outcome.profile.subject === wanted : outcome;
    }),
  );
  expect(outcomes.filter((outcome) => outcome !== true)).toEqual([]);
});

test("a message that came by redirect is refused", async () => {
  const driver = await openDriver(provider);
  const flow = { requestId: null, secrets: {}, startedAt: new Date(), consume: () => Promise.resolve(true) };
  const outcome = await runExchange(driver.strategy, { step: "return", parameters: {}, flow });
  expect(outcome).toMatchObject({ action: "error", code: "SAML_NOT_A_RESPONSE" });
});
