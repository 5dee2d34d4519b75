/** Certificates that rotate or expire, clocks that differ, answers that are sent twice or to a different connection. */
import { X509Certificate } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createProviderKey, startSamlProvider, type SamlProvider } from "../../support/providers/saml/index.js";
import { writeProviderMetadata } from "../../support/providers/saml/metadata.js";
import { ADDRESSES, openDriver, ownKeys, parseSettings } from "./driver.js";

const HOUR = 3_600_000;
const current = createProviderKey();
const next = createProviderKey();
const expired = createProviderKey({ notAfter: new Date(Date.now() - HOUR) });

let provider: SamlProvider;
beforeEach(async () => {
  provider = await startSamlProvider({ keys: [current] });
});
afterEach(() => provider.close());

type Driver = Awaited<ReturnType<typeof openDriver>>;
async function signIn(driver: Driver) {
  return driver.post(provider.answer(await driver.start(), "p-1001").fields);
}

const dayOf = ({ validTo }: X509Certificate) => new Date(validTo).toISOString().slice(0, 10);

function keyInfo(base64: string): string {
  return `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
}

describe("certificates", () => {
  test("two are valid at once while the provider rotates", async () => {
    provider.setKeys([current, next]);
    const driver = await openDriver(provider);
    expect(await signIn(driver)).toMatchObject({ action: "profile" });
    provider.setKeys([next]);
    expect(await signIn(driver)).toMatchObject({ action: "profile" });
  });

  test("one that was removed is no longer valid", async () => {
    const driver = await openDriver(provider, { settings: { certificates: [next.base64] } });
    expect(await signIn(driver)).toMatchObject({ action: "error", code: "SAML_BAD_SIGNATURE" });
  });

  test("an unknown one is named beside the connection's, as consoles show them", async () => {
    const driver = await openDriver(provider, { settings: { certificates: [next.base64] } });
    const [theirs, ours] = [current, next].map(({ certificate }) => new X509Certificate(certificate));
    expect(await signIn(driver)).toHaveProperty(
      "detail",
      "Invalid document signature. The message names a certificate that the connection does not have: " +
        `SHA-1 ${theirs!.fingerprint}, SHA-256 ${theirs!.fingerprint256}, valid until ${dayOf(theirs!)}. ` +
        `The connection's: SHA-1 ${ours!.fingerprint}, SHA-256 ${ours!.fingerprint256}, valid until ${dayOf(ours!)}.`,
    );
  });

  test.each([
    ["one that the connection has, on a message that was changed", current.base64, / that the connection has \(SHA-1 /],
    ["none", null, /The message names no certificate\. The connection's: SHA-1 /],
    ["something else", Buffer.from("no certificate").toString("base64"), /names a certificate that cannot be read\. /],
  ])("a failed signature that names %s is described", async (_what, named, detail) => {
    const driver = await openDriver(provider);
    const { fields } = provider.answer(await driver.start(), "p-1001");
    const genuine = Buffer.from(fields.SAMLResponse, "base64").toString("utf8");
    const changed = genuine
      .replaceAll(/<ds:KeyInfo>.*?<\/ds:KeyInfo>/gs, named === null ? "" : keyInfo(named))
      .replace(">Archer<", ">Mallory<");
    expect(changed).not.toBe(genuine);
    const outcome = await driver.post({ SAMLResponse: Buffer.from(changed).toString("base64") });
    expect(outcome).toMatchObject({ code: "SAML_BAD_SIGNATURE", detail: expect.stringMatching(detail) });
  });

  test("one that has expired is refused with its own code, and the detail says since when", async () => {
    const driver = await openDriver(provider, { settings: { certificates: [expired.certificate] } });
    provider.setKeys([expired]);
    const outcome = await signIn(driver);
    expect(outcome).toMatchObject({ action: "error", code: "SAML_CERTIFICATE_EXPIRED" });
    expect(outcome).toHaveProperty("detail", expect.stringMatching(/^it was valid until \d{4}-/));
  });

  test("an expired one beside a valid one is named if the provider still signs with it", async () => {
    const driver = await openDriver(provider, {
      settings: { certificates: [current.certificate, expired.certificate] },
    });
    expect(await signIn(driver)).toMatchObject({ action: "profile" });
    provider.setKeys([expired]);
    expect(await signIn(driver)).toMatchObject({ action: "error", code: "SAML_CERTIFICATE_EXPIRED" });
    provider.setKeys([next]);
    expect(await signIn(driver)).toMatchObject({ action: "error", code: "SAML_BAD_SIGNATURE" });
  });

  test("one that expires while the connection is open is refused from then on", async () => {
    const soon = createProviderKey({ notAfter: new Date(Date.now() + HOUR) });
    const later = await startSamlProvider({ keys: [soon], clockOffsetSeconds: 2 * 3600 });
    try {
      const driver = await openDriver(later);
      driver.moveClock(2 * 3600);
      const outcome = await driver.post(later.answer(await driver.start(), "p-1001").fields);
      expect(outcome).toMatchObject({ action: "error", code: "SAML_CERTIFICATE_EXPIRED" });
    } finally {
      await later.close();
    }
  });

  test("a rotation in fetched metadata works at once", async () => {
    const driver = await openDriver(provider, {
      settings: { metadataXml: undefined, metadataUrl: provider.metadataUrl },
    });
    expect(await signIn(driver)).toMatchObject({ action: "profile" });
    expect(provider.metadataRequests()).toBe(1);
    const [url, late] = [await driver.start(), await driver.start()];
    const underWay = provider.answer(url, "p-1001").fields;
    provider.setKeys([next]);
    expect(await driver.post(provider.answer(late, "p-1001").fields)).toMatchObject({ action: "profile" });
    expect(provider.metadataRequests()).toBe(2);
    // The provider signed it with the old key, just before the change.
    expect(await driver.post(underWay)).toMatchObject({ action: "profile" });
  });

  test("one that fetched metadata has lost is no longer valid after two minutes", async () => {
    const driver = await openDriver(provider, {
      settings: { metadataXml: undefined, metadataUrl: provider.metadataUrl },
    });
    const stolen = provider.answer(await driver.start(), "p-1001").fields;
    provider.setKeys([next]);
    expect(await signIn(driver)).toMatchObject({ action: "profile" });
    driver.moveClock(121);
    expect(await driver.post(stolen)).toMatchObject({ action: "error", code: "SAML_BAD_SIGNATURE" });
  });

  test("with a metadata address, the document's certificates are valid and not the settings'", async () => {
    const document = provider.metadataXml();
    const driver = await openDriver(provider, {
      settings: { metadataXml: undefined, metadataUrl: provider.metadataUrl, certificates: [next.base64] },
      fetch: async () => new Response(document),
    });
    provider.setKeys([next]);
    expect(await signIn(driver)).toMatchObject({ action: "error", code: "SAML_BAD_SIGNATURE" });
  });
});

describe("the certificates of one key in metadata are its chain", () => {
  const root = createProviderKey({ name: "Acme Root", isAuthority: true });
  const authority = createProviderKey({ name: "Acme Issuing", issuer: root, isAuthority: true });
  const leaf = createProviderKey({ name: "idp.acme.example", issuer: authority });
  const weakLeaf = createProviderKey({ name: "idp.acme.example", issuer: authority, bits: 1024 });
  const otherLeaf = createProviderKey({ name: "idp.acme.example", issuer: authority, kind: "ec" });
  const texts = (...keys: readonly { readonly base64: string }[]) => keys.map(({ base64 }) => base64);
  const document = (...certificates: readonly (readonly string[])[]) =>
    writeProviderMetadata({
      entityId: provider.entityId,
      signOnUrl: provider.signOnUrl,
      certificates,
      nameIdFormat: "x",
      wantsSignedRequests: false,
    });

  test.each([
    ["the leaf first", texts(leaf, authority, root)],
    ["the root first", texts(root, authority, leaf)],
    ["the root left out", texts(authority, leaf)],
    ["the authority between them left out", texts(root, leaf)],
    ["the leaf twice", texts(leaf, authority, leaf)],
    ["an empty certificate", ["", ...texts(leaf, authority)]],
  ])("of which only the leaf signs for the provider: with %s", async (_, chain) => {
    const driver = await openDriver(provider, { settings: { metadataXml: document(chain) } });
    provider.setKeys([leaf]);
    expect(await signIn(driver)).toMatchObject({ action: "profile" });
    for (const key of [authority, root]) {
      provider.setKeys([key]);
      expect(await signIn(driver)).toMatchObject({ action: "error", code: "SAML_BAD_SIGNATURE" });
    }
  });

  test("of which only the leaf signs, with or without the mark of an authority", () => {
    const unmarked = createProviderKey({ name: "Old Root" });
    const under = createProviderKey({ name: "idp.acme.example", issuer: unmarked });
    const marked = createProviderKey({ name: "idp.acme.example", issuer: authority, isAuthority: true });
    for (const chain of [
      [unmarked, under],
      [authority, marked],
    ]) {
      const { certificates } = parseSettings({ metadataXml: document(texts(...chain)) });
      expect(certificates).toEqual([chain[1]!.certificate.trimEnd()]);
    }
  });

  test.each([
    ["too weak", texts(weakLeaf, authority, root), /at least 2048 bits; this one has 1024/],
    ["of an elliptic curve", texts(otherLeaf, authority, root), /must hold an RSA key/],
    ["cut off", [leaf.base64.slice(0, 400), ...texts(authority)], /must be an X\.509 certificate/],
  ])("an authority does not replace a leaf that is %s", (_, chain, sentence) => {
    expect(() => parseSettings({ metadataXml: document(chain) })).toThrow(sentence);
    // If a different key is usable, only the unusable key is left out.
    const { certificates } = parseSettings({ metadataXml: document(chain, texts(current)) });
    expect(certificates).toEqual([current.certificate.trimEnd()]);
  });

  test("two signers without an authority between them are a rotation", async () => {
    const renewed = createProviderKey({ name: "stand-in.example", isAuthority: true });
    const [a, b] = [createProviderKey({ isAuthority: true }), renewed];
    const { certificates } = parseSettings({ metadataXml: document(texts(a, b)) });
    expect(certificates).toEqual([a.certificate.trimEnd(), b.certificate.trimEnd()]);
  });

  test("an authority that an older version took from metadata verifies nothing", async () => {
    const settings = { certificates: texts(leaf, authority, root) };
    const driver = await openDriver(provider, { settings });
    provider.setKeys([leaf]);
    expect(await signIn(driver)).toMatchObject({ action: "profile" });
    provider.setKeys([authority]);
    expect(await signIn(driver)).toMatchObject({ action: "error", code: "SAML_BAD_SIGNATURE" });
    const findings = await driver.type.diagnose(driver.settings, driver.runtime);
    expect(findings.find(({ check }) => check === "CERTIFICATE_AUTHORITIES")).toMatchObject({
      level: "WARNING",
      message: expect.stringMatching(/^2 of the setting certificates issued/),
    });
  });
});

describe("clocks", () => {
  test.each([
    [-50, "profile", null],
    [50, "profile", null],
    [-200, "SAML_CLOCK_SKEW", /at least (199|200|201) seconds behind/],
    [200, "SAML_CLOCK_SKEW", /(199|200|201) seconds ahead/],
  ] as const)("%d seconds off", async (clockOffsetSeconds, came, sentence) => {
    const skewed = await startSamlProvider({ keys: [current], clockOffsetSeconds });
    try {
      const driver = await openDriver(skewed);
      const outcome = await driver.post(skewed.answer(await driver.start(), "p-1001").fields);
      expect(outcome.action === "error" ? outcome.code : outcome.action).toBe(came);
      if (sentence) expect(outcome).toHaveProperty("detail", expect.stringMatching(sentence));
    } finally {
      await skewed.close();
    }
  });

  test("two minutes off, where the connection allows three", async () => {
    const skewed = await startSamlProvider({ keys: [current], clockOffsetSeconds: 120 });
    try {
      const driver = await openDriver(skewed, { settings: { clockSkewSeconds: 180 } });
      const outcome = await driver.post(skewed.answer(await driver.start(), "p-1001").fields);
      expect(outcome).toMatchObject({ action: "profile" });
    } finally {
      await skewed.close();
    }
  });

  test("an answer of a quarter of an hour ago is too old, even before its own end", async () => {
    const driver = await openDriver(provider);
    const url = await driver.start();
    const end = new Date(Date.now() + HOUR);
    const { fields } = provider.answer(url, "p-1001", { notOnOrAfter: end, confirmationEnd: end });
    driver.moveClock(15 * 60);
    expect(await driver.post(fields)).toMatchObject({ action: "error", code: "SAML_EXPIRED" });
  });
});

describe("repeated answers", () => {
  test("the same message twice, one after the other", async () => {
    const driver = await openDriver(provider);
    const { fields } = provider.answer(await driver.start(), "p-1001");
    expect(await driver.post(fields)).toMatchObject({ action: "profile" });
    expect(await driver.post(fields)).toMatchObject({ action: "error", code: "SAML_UNKNOWN_REQUEST" });
  });

  test("twenty copies at once: one is accepted", async () => {
    const driver = await openDriver(provider);
    const { fields } = provider.answer(await driver.start(), "p-1001");
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => driver.post(fields)));
    expect(outcomes.filter(({ action }) => action === "profile")).toHaveLength(1);
  });

  test("one assertion in answers to two requests: the second does not name its request", async () => {
    const driver = await openDriver(provider);
    const first = await driver.start();
    const second = await driver.start();
    const { fields } = provider.answer(first, "p-1001", { signedPart: "ASSERTION" });
    const spliced = Buffer.from(fields.SAMLResponse, "base64")
      .toString("utf8")
      .replace(provider.readRequest(first).id, provider.readRequest(second).id);
    const outcome = await driver.post({ SAMLResponse: Buffer.from(spliced).toString("base64") });
    expect(outcome).toMatchObject({ action: "error", code: "SAML_WRONG_REQUEST" });
  });

  test("the note against replays names the assertion and outlives it", async () => {
    const driver = await openDriver(provider);
    const { fields } = provider.answer(await driver.start(), "p-1001");
    const outcome = await driver.verify(fields);
    const verification = outcome.action === "success" ? outcome.verification : null;
    const { verified, posted } = verification!;
    expect(posted!.replay).toMatchObject({ kind: "assertion", id: verified.id });
    expect(posted!.replay.expiresAt.getTime()).toBeGreaterThanOrEqual(Date.parse(verified.expiresAt) + 60_000);
    expect(driver.flows.get(posted!.flow.requestId!)).toBe(posted!.flow);
  });

  test("an answer to a request that Usher never sent is not looked up", async () => {
    const driver = await openDriver(provider);
    const url = await driver.start();
    const { fields } = provider.answer(url, "p-1001", { inResponseTo: "x".repeat(100_000) });
    expect(await driver.post(fields)).toMatchObject({ action: "error", code: "SAML_UNKNOWN_REQUEST" });
    expect(driver.lookups()).toBe(0);
  });

  test("an answer for a sibling connection of the same provider", async () => {
    const sibling = {
      ...ADDRESSES,
      acsUrl: ADDRESSES.acsUrl.replace("c1", "c2"),
      metadataUrl: ADDRESSES.metadataUrl.replace("c1", "c2"),
    };
    const [mine, theirs] = [await openDriver(provider), await openDriver(provider, { addresses: sibling })];
    const { fields } = provider.answer(await theirs.start(), "p-1001");
    expect(await mine.post(fields)).toMatchObject({ action: "error", code: "SAML_WRONG_DESTINATION" });
    expect(await theirs.post(fields)).toMatchObject({ action: "profile" });
  });
});

describe("encryption", () => {
  test("that the connection requires must not be missing", async () => {
    const driver = await openDriver(provider, { keys: await ownKeys(), settings: { encryptedAssertions: true } });
    expect(await signIn(driver)).toMatchObject({ action: "error", code: "SAML_ENCRYPTION_REQUIRED" });
  });

  test("for a connection without keys is refused first", async () => {
    const driver = await openDriver(provider);
    const { certificate } = (await ownKeys()).decryption[0]!;
    const { fields } = provider.answer(await driver.start(), "p-1001", { encryption: { certificate } });
    expect(await driver.post(fields)).toMatchObject({ action: "error", code: "SAML_DECRYPTION_FAILED" });
  });

  test.each(["aes256-gcm", "aes256-cbc"] as const)(
    "by %s for an older key of the connection still opens",
    async (cipher) => {
      const old = (await ownKeys()).decryption;
      const { decryption: fresh, signing } = await (await openDriver(provider)).type.createKeys!(ADDRESSES, new Date());
      const driver = await openDriver(provider, { keys: { signing, decryption: [...fresh, ...old] } });
      const encryption = { certificate: old[0]!.certificate, cipher };
      const { fields } = provider.answer(await driver.start(), "p-1001", { encryption });
      expect(await driver.post(fields)).toMatchObject({ action: "profile" });
    },
  );

  test("by CBC is decrypted only after the signature around it was verified", async () => {
    const keys = await ownKeys();
    const driver = await openDriver(provider, { keys });
    const url = await driver.start();
    const encryption = { certificate: keys.decryption[0]!.certificate, cipher: "aes256-cbc" } as const;
    const answers = [0, 1, 2].map((index) => {
      const tamper = (bytes: Buffer) => {
        bytes[bytes.length - 1 - index]! ^= 0x55;
        return bytes;
      };
      const genuine = provider.answer(url, "p-1001", { encryption });
      const other = provider.answer(url, "p-1001", { encryption: { ...encryption, tamper }, signedPart: "ASSERTION" });
      const value = /<xenc:EncryptedData .*<\/xenc:EncryptedData>/s;
      const [xml, changed] = [genuine, other].map(({ fields }) =>
        Buffer.from(fields.SAMLResponse, "base64").toString("utf8"),
      );
      return xml!.replace(value, value.exec(changed!)![0]);
    });
    const details = new Set<unknown>();
    for (const xml of answers) {
      const outcome = await driver.post({ SAMLResponse: Buffer.from(xml).toString("base64") });
      expect(outcome).toMatchObject({ code: "SAML_BAD_SIGNATURE" });
      details.add("detail" in outcome ? outcome.detail : null);
    }
    // The refusal is always the same, so that an attacker cannot learn whether the padding was right.
    expect([...details]).toEqual([expect.stringMatching(/^Invalid document signature\. /)]);
  });
});
