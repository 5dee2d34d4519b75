/**
 * Single logout (SAML profiles 4.4) for one opened connection. Messages of the provider come by HTTP-Redirect or
 * HTTP-POST and must be signed. Usher signs its own messages and sends them by HTTP-Redirect.
 */
import { randomBytes } from "node:crypto";
import type { LogoutExchange, LogoutMessage, ProviderLogout, ProviderSession } from "../logout.js";
import type { VerifiedAssertion, VerifiedNameId } from "./check-assertion.js";
import { decodeMessage } from "./decode-message.js";
import { checkSignature } from "./inspect-response.js";
import { LONGEST_TRAVEL_SECONDS } from "./instants.js";
import { checkLogoutMessage, type LogoutRequest, type LogoutResponse } from "./logout-message.js";
import { readMessage } from "./read-message.js";
import { readRedirectMessage, writeRedirect } from "./redirect-binding.js";
import type { ProviderFacts } from "./fetch-metadata.js";
import { findNewer, type ProviderSource } from "./provider-source.js";
import { refuse } from "./refusals.js";
import { verifyRoot } from "./verify-root.js";
import { writeLogoutRequest, writeLogoutResponse } from "./write-logout.js";

const FIELDS = ["SAMLRequest", "SAMLResponse"] as const;
/** The most characters of base64 in a posted message. */
const LONGEST_POSTED = 50_000;
const LONGEST_INDEX = 1_000;
/**
 * The longest RelayState that Usher accepts, in characters. SAML bindings 3.4.3 allows 80 bytes, but many providers
 * ignore that limit.
 */
const LONGEST_RELAY_STATE = 1_000;

/** A connection's rules for sign-outs. */
export interface SamlLogoutOptions {
  /** The service provider's entity ID. */
  readonly entityId: string;
  /** Usher's logout address. */
  readonly ownUrl: string;
  /** The provider's logout address; `null` if it has none. */
  readonly providerUrl: string | null;
  readonly source: ProviderSource;
  readonly now: () => Date;
  readonly clockSkewSeconds: number;
  /** PKCS #8 in PEM. Without it, Usher sends no messages. */
  readonly signingKey: string | null;
}

export class SamlLogout {
  constructor(private readonly options: SamlLogoutOptions) {}

  /** The person's session at the provider. Its secrets are the values that a later LogoutRequest must contain. */
  describeSession({ nameId, issuer, sessionIndex }: VerifiedAssertion): ProviderSession {
    const { providerUrl, signingKey } = this.options;
    const index = sessionIndex !== null && sessionIndex.length <= LONGEST_INDEX ? sessionIndex : null;
    const { value, format, qualifier, spQualifier } = nameId;
    const parts = { value, format, qualifier, spQualifier, index };
    const known = Object.entries(parts).filter((entry): entry is [string, string] => entry[1] !== null);
    return {
      subject: this.nameSubject(nameId, issuer),
      index,
      secrets: providerUrl === null || signingKey === null ? {} : Object.fromEntries(known),
    };
  }

  /** The provider's address with a signed LogoutRequest; `null` if Usher cannot send such a request. */
  begin(session: ProviderSession | null, handle: string): string | null {
    const { value, format, qualifier, spQualifier, index } = session?.secrets ?? {};
    if (value === undefined || format === undefined) return null;
    return this.send("SAMLRequest", "", (destination) =>
      writeLogoutRequest(this.head(`_${handle}`, destination), { value, format, qualifier, spQualifier, index }),
    );
  }

  /** Verifies the message in a request to the logout address. Returns `null` if the request has no message. */
  async receive({ method, parameters, rawQuery }: LogoutExchange): Promise<LogoutMessage | null> {
    const [field, another] = FIELDS.filter((name) => parameters[name] !== undefined);
    if (field === undefined) return null;
    if (another !== undefined) return refuse("SAML_NOT_A_LOGOUT_MESSAGE", "a request and a response at once");
    const facts = await this.options.source.current();
    const message =
      method === "GET"
        ? await this.verifyRedirected(rawQuery, field, facts)
        : await this.verifyPosted(parameters[field]!, facts);
    if ((message.kind === "request") !== (field === "SAMLRequest"))
      return refuse("SAML_NOT_A_LOGOUT_MESSAGE", `the field ${field} holds a ${message.kind}`);
    if (message.kind === "response") {
      const { inResponseTo, succeeded } = message;
      return { kind: "answer", handle: inResponseTo?.replace(/^_/, "") ?? "", succeeded };
    }
    const relayState = parameters["RelayState"] ?? "";
    if (relayState.length > LONGEST_RELAY_STATE)
      return refuse("SAML_RESPONSE_TOO_LARGE", `RelayState has ${relayState.length} characters`);
    return {
      kind: "request",
      logout: this.describeLogout(message, facts),
      answer: () => Promise.resolve(this.answer(message.id, relayState)),
    };
  }

  private async verifyRedirected(rawQuery: string, field: "SAMLRequest" | "SAMLResponse", facts: ProviderFacts) {
    const { xml, isSignedBy } = readRedirectMessage(rawQuery, field);
    const root = readMessage(xml);
    // The signature of this binding is in the query alone (SAML bindings 3.4.4.1).
    if (root.children.some(({ name }) => name === "Signature"))
      return refuse("SAML_UNEXPECTED_STRUCTURE", "a signature inside a message by redirect");
    const message = this.check(root, facts);
    await this.requireSigned(facts, (certificates) => (certificates.some(isSignedBy) ? true : null));
    return message;
  }

  /**
   * Reads a posted message twice: the whole message, to refuse it before any cryptography, and then the signed part alone.
   */
  private async verifyPosted(posted: string, facts: ProviderFacts) {
    const { xml, root } = decodeMessage(posted, LONGEST_POSTED);
    this.check(root, facts);
    if (!checkSignature(root)) return refuse("SAML_UNSIGNED", "the message is not signed");
    const signedXml = await this.requireSigned(facts, (certificates) => verifyRoot(xml, certificates));
    return this.check(readMessage(signedXml), facts);
  }

  private check(root: Parameters<typeof checkLogoutMessage>[0], facts: ProviderFacts): LogoutRequest | LogoutResponse {
    const { now, clockSkewSeconds, ownUrl } = this.options;
    const expected = { now: now(), skewSeconds: clockSkewSeconds, issuer: facts.entityId, logoutUrl: ownUrl };
    return checkLogoutMessage(root, expected);
  }

  /**
   * Verifies a signature with the known certificates and, if that fails, with the certificates that the provider
   * publishes now. Refuses the message if neither verifies it.
   */
  private async requireSigned<Signed>(
    facts: ProviderFacts,
    verify: (certificates: readonly string[]) => Signed | null,
  ): Promise<Signed> {
    const now = this.options.now();
    const valid = ({ certificates }: ProviderFacts) =>
      certificates.filter(({ expiresAt }) => expiresAt > now).map(({ pem }) => pem);
    const signed = verify(valid(facts));
    if (signed !== null) return signed;
    const newer = await findNewer(this.options.source, facts);
    const later = newer === null ? null : verify(valid(newer));
    if (later !== null) return later;
    const expired = facts.certificates.filter(({ expiresAt }) => expiresAt <= now).map(({ pem }) => pem);
    if (expired.length > 0 && verify(expired) !== null) refuse("SAML_CERTIFICATE_EXPIRED");
    return refuse("SAML_BAD_SIGNATURE", "no certificate of the connection verifies the message");
  }

  private describeLogout({ id, issuedAt, nameId, indexes }: LogoutRequest, facts: ProviderFacts): ProviderLogout {
    // The replay note is kept for as long as any clock within the skew could accept a copy of the message.
    const seconds = LONGEST_TRAVEL_SECONDS + 2 * this.options.clockSkewSeconds;
    return {
      subject: this.nameSubject(nameId, facts.entityId),
      indexes,
      replay: { kind: "logout-request", id, expiresAt: new Date(issuedAt.getTime() + seconds * 1_000) },
    };
  }

  /**
   * Makes one text of a person's name. Two names are the same only if their formats and qualifiers are the same, too
   * (SAML core 3.3.4). A missing qualifier has its usual value.
   */
  private nameSubject({ value, format, qualifier, spQualifier }: VerifiedNameId, issuer: string): string {
    return JSON.stringify([value, format, qualifier ?? issuer, spQualifier ?? this.options.entityId]);
  }

  private answer(requestId: string, relayState: string): string | null {
    const id = `_${randomBytes(20).toString("hex")}`;
    return this.send("SAMLResponse", relayState, (destination) =>
      writeLogoutResponse(this.head(id, destination), requestId),
    );
  }

  /**
   * Makes the address that brings a signed message to the provider; `null` if the provider has no logout address or
   * Usher has no signing key.
   */
  private send(
    field: "SAMLRequest" | "SAMLResponse",
    relayState: string,
    write: (destination: string) => string,
  ): string | null {
    const { providerUrl, signingKey } = this.options;
    if (providerUrl === null || signingKey === null) return null;
    return writeRedirect(providerUrl, field, { xml: write(providerUrl), relayState }, signingKey);
  }

  private head(id: string, destination: string) {
    return { id, issuer: this.options.entityId, destination, now: this.options.now() };
  }
}
