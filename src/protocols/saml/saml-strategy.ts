/**
 * Adapts passport-saml's strategy to an `Exchange`. passport-saml writes the request and passes the answer on to
 * Usher's code. This file does the rest, in the safe order: decode, inspect, find the request, verify, check the rules
 * of the SAML profile. The caller then stores the replay note and uses the flow up.
 */
import { randomBytes } from "node:crypto";
import { SAML, Strategy as PassportSamlStrategy, ValidateInResponseTo, type Profile } from "@node-saml/passport-saml";
import type { AuthenticationRules } from "../authentication.js";
import type { Exchange, PendingFlow, PostExchange, StartExchange } from "../exchange.js";
import { answerExchange, runLibrary, type LibraryReport } from "../strategy.js";
import { checkAssertion, type VerifiedAssertion } from "./check-assertion.js";
import { decodeMessage } from "./decode-message.js";
import { describeSigner } from "./describe-signer.js";
import type { ProviderFacts } from "./fetch-metadata.js";
import { inspectResponse, type InspectedResponse } from "./inspect-response.js";
import { checkIssueInstant, type Clocks } from "./instants.js";
import { findNewer, type ProviderSource } from "./provider-source.js";
import { quote } from "../refusal.js";
import { refuse } from "./refusals.js";
import type { Validator } from "./validator.js";
import type { VerificationAnswer } from "./verify-message.js";
import type { XmlElement } from "../xml/index.js";

/** The parts that a provider must sign. At least one is always required, and every signature must verify. */
export type SignedPart = "RESPONSE" | "ASSERTION" | "BOTH" | "EITHER";

/** A connection's rules for its sign-ins. */
export interface SamlStrategyOptions {
  /** The service provider's entity ID. */
  readonly entityId: string;
  readonly acsUrl: string;
  readonly source: ProviderSource;
  readonly validator: Validator;
  readonly now: () => Date;
  readonly clockSkewSeconds: number;
  readonly signedPart: SignedPart;
  readonly nameIdFormat: string | null;
  /** Authentication context classes to request. An empty list requests none. */
  readonly authnContexts: readonly string[];
  readonly authentication: AuthenticationRules;
  /** PKCS #8 in PEM; `null` leaves requests unsigned. */
  readonly signingKey: string | null;
  readonly decryptionKeys: readonly string[];
  readonly mustBeEncrypted: boolean;
  /** Whether a response that answers no request (SAML profiles 4.1.5) begins a sign-in. */
  readonly allowUnsolicited: boolean;
  /** The connection type's own checks on the verified assertion. Throws a `ProtocolRefusal`. */
  readonly checkSubject: (assertion: VerifiedAssertion) => void;
}

/** Marks a flow whose answer must contain a new authentication. */
const FORCED = { forceAuthentication: "yes" } as const;

/** The form of the IDs that `start` makes. Usher does not look up any other ID. */
const REQUEST_ID = /^_[0-9a-f]{40}$/;

/**
 * Takes the place of node-saml in passport-saml, for one request. Its answer is the assertion that Usher has verified.
 */
class ExchangeSaml extends SAML {
  constructor(
    options: ConstructorParameters<typeof SAML>[0],
    private readonly answer: () => Promise<string>,
  ) {
    super(options);
  }

  /** The library calls this only for a message that Usher has decoded, inspected and matched with its request. */
  override async validatePostResponseAsync(): Promise<{ profile: Profile; loggedOut: boolean }> {
    const assertionXml = await this.answer();
    const profile = { issuer: "", nameID: "", nameIDFormat: "", getAssertionXml: () => assertionXml };
    return { profile, loggedOut: false };
  }
}

/** The strategy of one opened connection. Each request gets a child object of the strategy (`Object.create`). */
export class SamlStrategy extends PassportSamlStrategy {
  constructor(private readonly settings: SamlStrategyOptions) {
    const neverCalled = () => {
      throw new Error("Each exchange brings its own verification.");
    };
    super({ ...libraryOptions(settings, null), name: "saml" }, neverCalled, neverCalled);
  }

  // oxlint-disable-next-line typescript/no-misused-promises -- passport ignores the promise; it rejects only if an action of sign-in throws
  override authenticate(exchange: unknown): Promise<void> {
    return answerExchange<VerifiedAssertion>(this, exchange as Exchange, {
      start: (step) => this.start(step),
      return: () => refuse("SAML_NOT_A_RESPONSE", "a message that came by redirect"),
      post: (step) => this.receive(step),
    });
  }

  private async start(exchange: StartExchange): Promise<string> {
    const { settings } = this;
    const facts = await settings.source.current();
    const { initiatedBy = null } = exchange;
    if (initiatedBy !== null && initiatedBy !== facts.entityId)
      refuse("SAML_INITIATED_BY_OTHER_ISSUER", `iss is ${quote(initiatedBy)}, expected was ${facts.entityId}`);
    const requestId = `_${randomBytes(20).toString("hex")}`;
    const secrets = exchange.forceAuthentication ? { ...FORCED } : {};
    const relayState = await exchange.keep({ requestId, secrets });
    const saml = new ExchangeSaml(
      {
        ...libraryOptions(settings, facts),
        generateUniqueId: () => requestId,
        // A SAML request cannot ask for a maximum age, so Usher asks for a new authentication. Otherwise, it would
        // refuse people whose session at the provider is older.
        forceAuthn:
          exchange.forceAuthentication || exchange.chooseAccount || settings.authentication.maxAgeSeconds !== null,
      },
      () => refuse("SAML_NOT_A_RESPONSE"),
    );
    // `login_hint` is not part of SAML, but Entra ID, Okta and AD FS read it. Other providers ignore it.
    const additionalParams: Record<string, string> =
      exchange.loginHint === null ? {} : { login_hint: exchange.loginHint };
    const report = await this.run(saml, { query: { RelayState: relayState } }, additionalParams);
    return report.kind === "redirect" ? report.url : failUnexpectedly(report);
  }

  private async receive(exchange: PostExchange) {
    const { settings } = this;
    const field = exchange.parameters["SAMLResponse"];
    if (field === undefined || exchange.parameters["SAMLRequest"] !== undefined)
      return refuse("SAML_NOT_A_RESPONSE", "the form has no field SAMLResponse, or has a SAMLRequest, too");
    const facts = await settings.source.current();
    const { xml, root } = decodeMessage(field);
    const response = await this.inspect(root, facts, exchange);
    const { inResponseTo } = response;
    if (inResponseTo === null) {
      if (!settings.allowUnsolicited) return refuse("SAML_UNSOLICITED");
      return { unsolicited: true as const, target: exchange.parameters["RelayState"] ?? null };
    }
    const flow = await findFlow(exchange, inResponseTo);
    const clocks: Clocks = {
      now: settings.now(),
      requestedAt: flow.startedAt,
      skewSeconds: settings.clockSkewSeconds,
    };
    checkIssueInstant(response.issueInstant ?? undefined, clocks);
    const saml = new ExchangeSaml(libraryOptions(settings, facts), () =>
      this.verifySignatures(xml, response, facts, clocks.now),
    );
    const report = await this.run(saml, { query: {}, body: { SAMLResponse: field } });
    if (report.kind !== "success") return failUnexpectedly(report);
    const verified = checkAssertion((report.user as Profile).getAssertionXml?.() ?? "", {
      ...clocks,
      issuer: facts.entityId,
      audience: settings.entityId,
      acsUrl: settings.acsUrl,
      requestId: inResponseTo,
      mustBeAfter: flow.secrets["forceAuthentication"] === FORCED.forceAuthentication ? flow.startedAt : null,
      authnContexts: settings.authnContexts,
      authentication: settings.authentication,
    });
    settings.checkSubject(verified);
    // The replay note is kept for as long as any clock within the skew could accept a copy of the message.
    const expiresAt = new Date(Date.parse(verified.expiresAt) + 2 * settings.clockSkewSeconds * 1000);
    return { verified, posted: { flow, replay: { kind: "assertion" as const, id: verified.id, expiresAt } } };
  }

  /**
   * Inspects the response. Even if the response is refused, looks for the flow that it claims to answer, so that the
   * refusal is recorded for that sign-in.
   */
  private async inspect(root: XmlElement, facts: ProviderFacts, exchange: PostExchange): Promise<InspectedResponse> {
    const { settings } = this;
    try {
      const response = inspectResponse(root, { issuer: facts.entityId, acsUrl: settings.acsUrl });
      checkSignedParts(response, settings);
      return response;
    } catch (refusal) {
      await findFlow(exchange, root.attributes.get("InResponseTo") ?? "").catch(() => null);
      throw refusal;
    }
  }

  /** Runs passport-saml once, on its own object. That object returns the profile unchanged. */
  private run(
    saml: SAML,
    request: { readonly query: object; readonly body?: object },
    additionalParams: Record<string, string> = {},
  ): Promise<LibraryReport> {
    const parts = {
      _saml: saml,
      _signonVerify: (profile: Profile, done: (error: null, user: object) => void) => done(null, profile),
    };
    return runLibrary<SamlStrategy>(this, parts, (own) => {
      PassportSamlStrategy.prototype.authenticate.call(own, request as never, { additionalParams });
    });
  }

  private async verifySignatures(
    responseXml: string,
    response: InspectedResponse,
    facts: ProviderFacts,
    now: Date,
  ): Promise<string> {
    const { settings } = this;
    const { assertion } = response;
    const verifyWith = (certificates: ProviderFacts["certificates"]): Promise<VerificationAnswer> =>
      settings.validator.verify({
        responseXml,
        certificates: certificates.map(({ pem }) => pem),
        // Every signature in the message must be verified, even if the settings require only one. Otherwise, an
        // attacker could change the part that the unverified signature covers.
        responseMustBeSigned: response.responseIsSigned,
        assertionMustBeSigned: (assertion.kind === "plain" && assertion.isSigned) || mustSignAssertion(settings),
        encryption:
          assertion.kind === "plain" ? "none" : assertion.isAuthenticated ? "authenticated" : "unauthenticated",
        decryptionKeys: settings.decryptionKeys,
      });
    const current = facts.certificates.filter(({ expiresAt }) => expiresAt > now);
    const expired = facts.certificates.filter(({ expiresAt }) => expiresAt <= now);
    let tried = current;
    let answer: VerificationAnswer | null = current.length === 0 ? null : await verifyWith(current);
    if (answer === null || isBadSignature(answer)) {
      const refreshed = await findNewer(settings.source, facts);
      const usable = refreshed?.certificates.filter(({ expiresAt }) => expiresAt > now) ?? [];
      if (usable.length > 0) {
        tried = usable;
        answer = await verifyWith(usable);
      }
    }
    const underWay = settings.source.withdrawn().filter(({ expiresAt }) => expiresAt > now);
    if (underWay.length > 0 && (answer === null || isBadSignature(answer))) {
      const late = await verifyWith(underWay);
      if (late.outcome === "verified") return late.assertionXml;
    }
    if (expired.length > 0 && (answer === null || isBadSignature(answer))) {
      const late = await verifyWith(expired);
      if (answer === null || late.outcome === "verified")
        refuse("SAML_CERTIFICATE_EXPIRED", `it was valid until ${expired[0]!.expiresAt.toISOString()}`);
    }
    if (answer === null) return refuse("SAML_SETTINGS_INCOMPLETE", "there is no certificate");
    if (answer.outcome === "verified") return answer.assertionXml;
    const signer = isBadSignature(answer) ? describeSigner(responseXml, tried) : null;
    return refuse(answer.code, signer === null ? answer.detail : `${answer.detail ?? "no signature holds"}. ${signer}`);
  }
}

/** The flow of the request that a message claims to answer. */
async function findFlow(exchange: PostExchange, requestId: string): Promise<PendingFlow> {
  const flow = REQUEST_ID.test(requestId) ? await exchange.findFlow(requestId) : null;
  return flow?.requestId === requestId ? flow : refuse("SAML_UNKNOWN_REQUEST");
}

function failUnexpectedly(report: LibraryReport): never {
  throw new Error(`passport-saml answered ${report.kind}`);
}

function isBadSignature(answer: VerificationAnswer): boolean {
  return answer.outcome === "refused" && answer.code === "SAML_BAD_SIGNATURE";
}

function mustSignAssertion({ signedPart }: SamlStrategyOptions): boolean {
  return signedPart === "ASSERTION" || signedPart === "BOTH";
}

/** Checks those of the connection's rules on signatures and encryption that need no key. */
function checkSignedParts(response: InspectedResponse, settings: SamlStrategyOptions): void {
  const { assertion, responseIsSigned } = response;
  const { signedPart } = settings;
  if (assertion.kind === "plain" && settings.mustBeEncrypted) refuse("SAML_ENCRYPTION_REQUIRED");
  if (!responseIsSigned && (signedPart === "RESPONSE" || signedPart === "BOTH"))
    refuse("SAML_UNSIGNED", "the response is not signed");
  if (assertion.kind === "encrypted") {
    if (settings.decryptionKeys.length === 0) refuse("SAML_DECRYPTION_FAILED", "this connection has no key of its own");
    // After decryption, the library checks whether the assertion inside is signed.
    if (!assertion.isAuthenticated && !responseIsSigned)
      refuse("SAML_ENCRYPTION_UNSUPPORTED", "AES-CBC in a response that is not signed");
    return;
  }
  if (!assertion.isSigned && mustSignAssertion(settings)) refuse("SAML_UNSIGNED", "the assertion is not signed");
  if (!assertion.isSigned && !responseIsSigned) refuse("SAML_UNSIGNED", "nothing is signed");
}

/** Sets every relevant option of the library, even where its default is right. */
function libraryOptions(settings: SamlStrategyOptions, facts: ProviderFacts | null) {
  return {
    issuer: settings.entityId,
    audience: settings.entityId,
    callbackUrl: settings.acsUrl,
    entryPoint: facts?.signOnUrl ?? "https://not-known-yet.invalid",
    idpCert: facts?.certificates.map(({ pem }) => pem) ?? "not known yet",
    ...(facts !== null && { idpIssuer: facts.entityId }),
    identifierFormat: settings.nameIdFormat,
    allowCreate: true,
    authnRequestBinding: "HTTP-Redirect",
    disableRequestedAuthnContext: settings.authnContexts.length === 0,
    authnContext: [...settings.authnContexts],
    racComparison: "exact" as const,
    signatureAlgorithm: "sha256" as const,
    digestAlgorithm: "sha256",
    ...(settings.signingKey !== null && { privateKey: settings.signingKey }),
    // Usher itself finds, matches and uses up the request. The library's own store is neither atomic nor shared by the
    // replicas.
    validateInResponseTo: ValidateInResponseTo.never,
    wantAuthnResponseSigned: true,
    wantAssertionsSigned: true,
    acceptedClockSkewMs: settings.clockSkewSeconds * 1000,
  };
}
