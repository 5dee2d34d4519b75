/** SAML logout messages: those of a correct provider, and those that an attacker forges or a broken provider spoils. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { LogoutExchange, LogoutMessage } from "../../../src/connection/contract/index.js";
import {
  createProviderKey,
  readLogout,
  startSamlProvider,
  type SamlProvider,
} from "../../support/providers/saml/index.js";
import {
  describeLogout,
  postLogout,
  redirectLogout,
  type LogoutContent,
  type LogoutSending,
} from "../../support/providers/saml/logout.js";
import { ALGORITHM } from "../../support/providers/saml/signature.js";
import { codeOf, refusalOf } from "../../protocols/oidc/driver.js";
import { ADDRESSES, openDriver, ownKeys, type DriverOptions } from "./driver.js";

let provider: SamlProvider;
let driver: Awaited<ReturnType<typeof openDriver>>;
const foreignKey = createProviderKey();
beforeAll(async () => {
  provider = await startSamlProvider({ singleLogout: true });
  driver = await open();
});
afterAll(() => provider.close());

const open = async (options: DriverOptions = {}) => await openDriver(provider, { keys: await ownKeys(), ...options });

const NAME = { nameId: "p-1001", sessionIndexes: ["session-1"] };

/** A message with changes of its content and of its sending. */
type Message = readonly [content: Partial<LogoutContent>, sending?: Partial<LogoutSending>];

function makeContent(content: Partial<LogoutContent>): LogoutContent {
  return { ...describeLogout(provider.entityId, ADDRESSES.logoutUrl), ...NAME, ...content };
}

function byRedirect([content, sending]: Message): LogoutExchange {
  const address = redirectLogout(makeContent(content), ADDRESSES.logoutUrl, { key: provider.keys()[0]!, ...sending });
  return fromAddress(address);
}

function fromAddress(address: string): LogoutExchange {
  const rawQuery = address.slice(address.indexOf("?") + 1);
  return { method: "GET", parameters: Object.fromEntries(new URLSearchParams(rawQuery)), rawQuery };
}

function byPost([content, sending]: Message): LogoutExchange {
  const parameters = postLogout(makeContent(content), { key: provider.keys()[0]!, ...sending });
  return { method: "POST", parameters, rawQuery: "" };
}

const BINDINGS = [
  ["HTTP-Redirect", byRedirect],
  ["HTTP-POST", byPost],
] as const;

const receive = async (exchange: LogoutExchange, { type, opened, runtime } = driver): Promise<LogoutMessage | null> =>
  await type.logout!.receive(exchange, opened, runtime);

const later = (seconds: number) => new Date(Date.now() + seconds * 1000);

describe.each(BINDINGS)("a logout request by %s", (_binding, send) => {
  test("names the person with qualifiers, the sessions and the id by which a copy is refused", async () => {
    const issueInstant = new Date();
    const message = await receive(send([{ id: "_request-1", issueInstant, sessionIndexes: ["a", "b"] }]));
    if (message?.kind !== "request") throw new Error("it is no request");
    expect(message.logout).toEqual({
      subject: JSON.stringify([
        "p-1001",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        provider.entityId,
        ADDRESSES.metadataUrl,
      ]),
      indexes: ["a", "b"],
      replay: { kind: "logout-request", id: "_request-1", expiresAt: new Date(issueInstant.getTime() + 720_000) },
    });
  });

  test("is answered with a signed response that repeats RelayState", async () => {
    const message = await receive(send([{ id: "_request-2" }, { relayState: "a b+c&d" }]));
    const address = new URL((await (message as LogoutMessage & { kind: "request" }).answer())!);
    expect(address.origin + address.pathname).toBe(provider.logoutUrl);
    const answer = readLogout(address, [(await ownKeys()).signing[0]!.certificate]);
    expect(answer).toMatchObject({
      name: "LogoutResponse",
      issuer: ADDRESSES.metadataUrl,
      relayState: "a b+c&d",
      signature: { algorithm: ALGORITHM.rsaSha256, isValid: true },
    });
    expect(answer.xml).toContain('InResponseTo="_request-2"');
    expect(answer.xml).toContain(`Destination="${provider.logoutUrl}"`);
    expect(answer.xml).toContain("status:Success");
  });

  test("may leave out sessions, the end and the usual qualifiers, and name the qualifiers", async () => {
    const subjectOf = async (content: Partial<LogoutContent>) => {
      const message = await receive(send([{ ...content, sessionIndexes: [], notOnOrAfter: null }]));
      expect((message as LogoutMessage & { kind: "request" }).logout.indexes).toEqual([]);
      return (message as LogoutMessage & { kind: "request" }).logout.subject;
    };
    const usual = await subjectOf({});
    const [nameQualifier, spNameQualifier] = [provider.entityId, ADDRESSES.metadataUrl];
    expect(await subjectOf({ nameQualifier, spNameQualifier })).toBe(usual);
    for (const other of [
      { nameQualifier: "https://another.example" },
      { spNameQualifier: "https://another.example" },
      { nameIdFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" },
      { nameId: "p-1002" },
    ])
      expect(await subjectOf(other)).not.toBe(usual);
  });

  const hostile: readonly (readonly [string, Message, string])[] = [
    ["unsigned", [{}, { key: null }], "SAML_UNSIGNED"],
    ["signed by a foreign key", [{}, { key: foreignKey }], "SAML_BAD_SIGNATURE"],
    ["changed after signing", [{}, { tamper: (xml) => xml.replace("p-1001", "p-1002") }], "SAML_BAD_SIGNATURE"],
    ["of a foreign issuer", [{ issuer: "https://attacker.example" }], "SAML_WRONG_ISSUER"],
    ["without an issuer", [{ issuer: null }], "SAML_WRONG_ISSUER"],
    ["for a sibling connection", [{ destination: "https://usher.example/sso/c2/logout" }], "SAML_WRONG_DESTINATION"],
    ["without a destination", [{ destination: null }], "SAML_WRONG_DESTINATION"],
    ["that has expired", [{ notOnOrAfter: later(-90) }], "SAML_EXPIRED"],
    ["that is old", [{ issueInstant: later(-700), notOnOrAfter: null }], "SAML_EXPIRED"],
    ["from the future", [{ issueInstant: later(90) }], "SAML_CLOCK_SKEW"],
    ["of another version", [{ version: "1.1" }], "SAML_NOT_A_LOGOUT_MESSAGE"],
    ["of another kind", [{ name: "AuthnRequest" }], "SAML_NOT_A_LOGOUT_MESSAGE"],
    [
      "with an ID twice",
      [{ id: "_a", extra: '<samlp:Extensions ID="_a"></samlp:Extensions>' }],
      "SAML_UNEXPECTED_STRUCTURE",
    ],
    ["with an unknown child", [{ extra: "<samlp:Status></samlp:Status>" }], "SAML_UNEXPECTED_STRUCTURE"],
    [
      "with a second name",
      [{ extra: '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">p-1002</saml:NameID>' }],
      "SAML_NAME_ID_UNUSABLE",
    ],
    ["with an empty name", [{ nameId: "" }], "SAML_NAME_ID_UNUSABLE"],
    ["with an empty session", [{ sessionIndexes: [""] }], "SAML_UNEXPECTED_STRUCTURE"],
    ["with 101 sessions", [{ sessionIndexes: Array.from({ length: 101 }, String) }], "SAML_UNEXPECTED_STRUCTURE"],
    ["with a DOCTYPE", [{}, { tamper: (xml) => `<!DOCTYPE a>${xml}` }], "SAML_FORBIDDEN_MARKUP"],
    [
      "with a comment in the name",
      [{}, { tamper: (xml) => xml.replace("p-1001", "p-1<!-- -->001") }],
      "SAML_FORBIDDEN_MARKUP",
    ],
    ["that is too long", [{ nameId: "x".repeat(60_000) }], "SAML_RESPONSE_TOO_LARGE"],
    ["with a long RelayState", [{}, { relayState: "x".repeat(1_001) }], "SAML_RESPONSE_TOO_LARGE"],
  ];
  test.each(hostile)("%s is refused", async (_case, message, code) => {
    expect(await codeOf(receive(send(message)))).toBe(code);
  });

  test("in the field of a response is refused", async () => {
    const { parameters, rawQuery, method } = send([{}]);
    const { SAMLRequest, ...others } = parameters;
    const exchange = {
      method,
      parameters: { ...others, SAMLResponse: SAMLRequest! },
      rawQuery: rawQuery.replace("SAMLRequest", "SAMLResponse"),
    };
    expect(["SAML_NOT_A_LOGOUT_MESSAGE", "SAML_BAD_SIGNATURE"]).toContain(await codeOf(receive(exchange)));
    const both = { method, parameters: { ...parameters, SAMLResponse: SAMLRequest! }, rawQuery };
    expect(await codeOf(receive(both))).toBe("SAML_NOT_A_LOGOUT_MESSAGE");
  });

  test("is verified with a certificate that the provider published later, and not with an expired one", async () => {
    const rotated = createProviderKey();
    const own = await startSamlProvider();
    const follower = await openDriver(own, { settings: { metadataXml: undefined, metadataUrl: own.metadataUrl } });
    follower.moveClock(61);
    own.setKeys([rotated]);
    const content = { issuer: own.entityId, issueInstant: later(61) };
    expect(await receive(send([content, { key: rotated }]), follower)).toMatchObject({ kind: "request" });
    const expired = createProviderKey({ notAfter: new Date("2021-01-01Z") });
    own.setKeys([expired]);
    const late = await openDriver(own);
    expect(await codeOf(receive(send([{ issuer: own.entityId }, { key: expired }]), late))).toBe(
      "SAML_CERTIFICATE_EXPIRED",
    );
    await own.close();
  });
});

describe("a signature by redirect", () => {
  test("with SHA-1 is refused", async () => {
    const exchange = byRedirect([{}, { algorithm: ALGORITHM.rsaSha1 }]);
    expect(await codeOf(receive(exchange))).toBe("SAML_WEAK_ALGORITHM");
  });

  test("covers RelayState", async () => {
    const { rawQuery } = byRedirect([{}, { relayState: "mine" }]);
    const changed = fromAddress(`?${rawQuery.replace("RelayState=mine", "RelayState=theirs")}`);
    expect(await codeOf(receive(changed))).toBe("SAML_BAD_SIGNATURE");
    const without = fromAddress(`?${rawQuery.replace("&RelayState=mine", "")}`);
    expect(await codeOf(receive(without))).toBe("SAML_BAD_SIGNATURE");
  });

  test("covers the query as it was sent, in the encoding of the provider", async () => {
    const { rawQuery } = byRedirect([{}]);
    // Some providers write hexadecimal digits in lower case. The same text, encoded anew, has another signature.
    const lower = rawQuery.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
    expect(lower).not.toBe(rawQuery);
    expect(await codeOf(receive(fromAddress(`?${lower}`)))).toBe("SAML_BAD_SIGNATURE");
  });

  test("does not cover a second message under the same name", async () => {
    const { rawQuery, parameters } = byRedirect([{}]);
    const other = byRedirect([{ nameId: "p-1002" }, { key: foreignKey }]).rawQuery.split("&")[0]!;
    for (const twice of [`${rawQuery}&${other}`, `${other}&${rawQuery}`])
      expect(await codeOf(receive({ method: "GET", parameters, rawQuery: twice }))).toBe("SAML_MALFORMED_RESPONSE");
    // The parser of the query would read this name as SAMLRequest.
    const hidden = `${rawQuery}&${other.replace("SAMLRequest", "SAML%52equest")}`;
    const message = await receive({ method: "GET", parameters, rawQuery: hidden });
    expect(JSON.stringify(message)).toContain("p-1001");
  });

  test("does not replace the refusal of a signature inside the message", async () => {
    const { SAMLRequest = "" } = byPost([{}]).parameters;
    const inside = Buffer.from(SAMLRequest, "base64").toString("utf8");
    expect(await codeOf(receive(byRedirect([{}, { tamper: () => inside }])))).toBe("SAML_UNEXPECTED_STRUCTURE");
  });

  test("of a message that inflates to megabytes is refused within the limit", async () => {
    const exchange = byRedirect([{}, { tamper: (xml) => `${xml}${" ".repeat(5_000_000)}` }]);
    expect(exchange.rawQuery.length).toBeLessThan(16_000);
    const { code, detail } = await refusalOf(receive(exchange));
    // Not only the XML reader's limit, which would come after five million bytes.
    expect([code, detail]).toEqual(["SAML_RESPONSE_TOO_LARGE", "more than 40000 bytes after inflating"]);
  });
});

describe("a signature inside a posted message", () => {
  test.each([
    ["with SHA-1", { method: ALGORITHM.rsaSha1 }, "SAML_WEAK_ALGORITHM"],
    ["with an HMAC", { method: ALGORITHM.hmacSha256 }, "SAML_WEAK_ALGORITHM"],
    ["of another element", { referenceUri: "#_another" }, "SAML_UNEXPECTED_STRUCTURE"],
    ["of the whole document", { referenceUri: "" }, "SAML_UNEXPECTED_STRUCTURE"],
    [
      "with a transform that leaves out parts",
      { transforms: ["http://www.w3.org/TR/1999/REC-xpath-19991116"] },
      "SAML_UNEXPECTED_STRUCTURE",
    ],
  ])("%s is refused", async (_case, signing, code) => {
    expect(await codeOf(receive(byPost([{}, { signing }])))).toBe(code);
  });

  test("with SHA-384 or SHA-512 is accepted", async () => {
    for (const method of [ALGORITHM.rsaSha384, ALGORITHM.rsaSha512])
      expect(await receive(byPost([{}, { signing: { method } }]))).toMatchObject({ kind: "request" });
  });

  test("in another place than the root is refused", async () => {
    const { SAMLRequest = "" } = byPost([{}]).parameters;
    const signature = /<ds:Signature.*<\/ds:Signature>/s.exec(Buffer.from(SAMLRequest, "base64").toString("utf8"))![0];
    const extra = `<samlp:Extensions>${signature}</samlp:Extensions>`;
    expect(await codeOf(receive(byPost([{ extra }])))).toBe("SAML_UNEXPECTED_STRUCTURE");
  });
});

describe("a sign-out that begins at Usher", () => {
  const handle = "0123456789abcdef0123456789abcdef01234567";
  const verify = async (changes: object = {}) => {
    const { fields } = provider.answer(await driver.start(), "p-1001", changes);
    const outcome = await driver.post(fields as Record<string, string>);
    if (outcome.action !== "profile") throw new Error(JSON.stringify(outcome));
    return outcome.verified;
  };
  const signIn = async (changes: object = {}) =>
    driver.type.logout!.describeSession(await verify(changes), driver.opened)!;

  test("sends a signed request with the name and the session of the sign-in", async () => {
    const session = await signIn({ nameQualifier: "https://qualifier.example", sessionIndex: "session-7" });
    expect(session.index).toBe("session-7");
    const address = new URL((await driver.type.logout!.begin(session, handle, driver.opened, driver.runtime))!);
    expect(address.origin + address.pathname).toBe(provider.logoutUrl);
    const request = readLogout(address, [(await ownKeys()).signing[0]!.certificate]);
    expect(request).toMatchObject({
      name: "LogoutRequest",
      id: `_${handle}`,
      issuer: ADDRESSES.metadataUrl,
      signature: { isValid: true },
    });
    expect(request.xml).toContain('NameQualifier="https://qualifier.example"');
    expect(request.xml).toContain('Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"');
    expect(request.xml).toMatch(/>p-1001<.*>session-7</s);
  });

  test("and a request of the provider name the same person", async () => {
    const session = await signIn();
    const message = await receive(byRedirect([{}]));
    expect((message as LogoutMessage & { kind: "request" }).logout.subject).toBe(session.subject);
  });

  test("asks nothing of a provider without a logout address, and keeps no name for it", async () => {
    const plain = await startSamlProvider({ entityId: provider.entityId, keys: provider.keys() });
    const { type, opened, runtime } = await openDriver(plain, { keys: await ownKeys() });
    await plain.close();
    const verified = await verify();
    expect(type.logout!.describeSession(verified, opened)!.secrets).toEqual({});
    expect(await type.logout!.begin(await signIn(), handle, opened, runtime)).toBeNull();
    expect(await driver.type.logout!.begin(null, handle, driver.opened, driver.runtime)).toBeNull();
  });

  const response = (content: Partial<LogoutContent> = {}): Message => [
    { name: "LogoutResponse", inResponseTo: `_${handle}`, ...content },
  ];

  test.each(BINDINGS)("ends with the provider's response by %s", async (_binding, send) => {
    expect(await receive(send(response()))).toEqual({ kind: "answer", handle, succeeded: true });
    const partial = { subStatus: "urn:oasis:names:tc:SAML:2.0:status:PartialLogout" };
    const failed = { status: "urn:oasis:names:tc:SAML:2.0:status:Responder" };
    for (const content of [partial, failed])
      expect(await receive(send(response(content)))).toMatchObject({ succeeded: false });
    expect(await receive(send(response({ inResponseTo: null })))).toMatchObject({ handle: "" });
  });

  test.each(BINDINGS)("does not end with a forged response by %s", async (_binding, send) => {
    const [content] = response();
    expect(await codeOf(receive(send([content, { key: null }])))).toBe("SAML_UNSIGNED");
    expect(await codeOf(receive(send([content, { key: foreignKey }])))).toBe("SAML_BAD_SIGNATURE");
    expect(await codeOf(receive(send(response({ issuer: "https://attacker.example" }))))).toBe("SAML_WRONG_ISSUER");
    expect(await codeOf(receive(send(response({ destination: ADDRESSES.acsUrl }))))).toBe("SAML_WRONG_DESTINATION");
  });
});
