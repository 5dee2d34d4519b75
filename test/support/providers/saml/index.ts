/**
 * A stand-in SAML identity provider in this process, on a free port. It shares no code with Usher, so that both cannot have the
 * same mistake. Its login page has one button for each person and works without scripts. Its page `/portal` posts a response that
 * answers no request, as a portal's tile does.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createProviderKey, type ProviderKey } from "./certificate.js";
import { writeProviderMetadata } from "./metadata.js";
import { writeErrorPage, writeLoginPage, writePostPage } from "./pages.js";
import { describeLogout, redirectLogout, type LogoutContent, type LogoutSending } from "./logout.js";
import { inflateMessage, readAuthnRequest, readQuerySignature, type AuthnRequest } from "./request.js";
import {
  buildParts,
  describePerson,
  joinResponse,
  type AttributeVocabulary,
  type GroupStyle,
  type NameIdFormat,
  type Person,
  type PostedAnswer,
  type ResponseContent,
  type ResponseParts,
  type SignedPart,
} from "./response.js";
import type { EncryptionOptions } from "./signature.js";

export { createProviderKey, type ProviderKey } from "./certificate.js";
export type { AuthnRequest } from "./request.js";
export type { Person, PostedAnswer, ResponseContent, ResponseParts } from "./response.js";

const FORMATS: Readonly<Record<NameIdFormat, string>> = {
  emailAddress: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
  unspecified: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
  persistent: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
  transient: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
};

export interface SamlProviderOptions {
  /** The heading of its pages. */
  readonly brand?: string;
  readonly people?: readonly Person[];
  /** Defaults to a free port. */
  readonly port?: number;
  readonly entityId?: string;
  readonly attributeVocabulary?: AttributeVocabulary;
  readonly nameIdFormat?: NameIdFormat;
  readonly signedPart?: SignedPart;
  readonly encryption?: EncryptionOptions | null;
  readonly groupStyle?: GroupStyle;
  /** The error of the provider's clock. It is positive if the clock is ahead. */
  readonly clockOffsetSeconds?: number;
  /** The first key signs. The metadata contains all keys. */
  readonly keys?: readonly ProviderKey[];
  /** Certificates of service providers in PEM. A signed request must match one of them. */
  readonly serviceProviderCertificates?: readonly string[];
  /** Publishes a single logout address. */
  readonly singleLogout?: boolean;
  /** Refuses unsigned requests. */
  readonly wantsSignedRequests?: boolean;
}

export type SamlProvider = Awaited<ReturnType<typeof startSamlProvider>>;

const PEOPLE: readonly Person[] = [
  {
    id: "p-1001",
    email: "ann@acme.example",
    firstName: "Ann",
    lastName: "Archer",
    employeeId: "E1",
    department: "Sales",
    groups: ["Everyone", "ITSM-Admins"],
  },
  {
    id: "p-1002",
    email: "ben@acme.example",
    firstName: "Ben",
    lastName: "Baker",
    employeeId: "E2",
    groups: ["Everyone"],
  },
  { id: "p-1003", email: "mallory@acme.example", firstName: "Mallory", lastName: "Miller", groups: [] },
];

export async function startSamlProvider(options: SamlProviderOptions = {}) {
  const settings = { ...DEFAULTS, ...options };
  let keys = options.keys ?? [createProviderKey()];
  const requests: AuthnRequest[] = [];
  const logouts: ReceivedLogout[] = [];
  const pending = new Map<string, AuthnRequest>();
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(500, HTML).end(writeErrorPage(error instanceof Error ? error.message : "failed"));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const entityId = options.entityId ?? `${url}/metadata`;
  let metadataStatus = 200;
  let metadataRequests = 0;

  function readRequest(address: string | URL): AuthnRequest {
    return readAuthnRequest(new URL(address), settings.serviceProviderCertificates);
  }

  /** The content of a response about a person at this time. */
  function describe(person: Person, request: Pick<AuthnRequest, "acsUrl" | "id" | "issuer">): ResponseContent {
    const now = new Date(Date.now() + settings.clockOffsetSeconds * 1000);
    const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
    const nameIds = { emailAddress: person.email, unspecified: person.id, persistent: person.id };
    return {
      issuer: entityId,
      assertionIssuer: entityId,
      acsUrl: request.acsUrl,
      destination: request.acsUrl,
      recipient: request.acsUrl,
      audiences: [[request.issuer]],
      inResponseTo: request.id,
      confirmationInResponseTo: request.id,
      confirmationMethod: "urn:oasis:names:tc:SAML:2.0:cm:bearer",
      confirmationNotBefore: null,
      confirmationEnd: later(5),
      issueInstant: now,
      notBefore: later(-1),
      notOnOrAfter: later(5),
      hasConditions: true,
      extraConditions: "",
      authnInstant: now,
      sessionEnd: null,
      sessionIndex: `session-${randomBytes(12).toString("hex")}`,
      authnContext: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
      status: "urn:oasis:names:tc:SAML:2.0:status:Success",
      subStatus: null,
      statusMessage: null,
      hasAssertion: true,
      nameId:
        settings.nameIdFormat === "transient" ? `_${randomBytes(12).toString("hex")}` : nameIds[settings.nameIdFormat],
      nameIdFormat: FORMATS[settings.nameIdFormat],
      nameQualifier: null,
      attributes: describePerson(person, settings.attributeVocabulary, settings.groupStyle),
      version: "2.0",
      signedPart: settings.signedPart,
      responseSigning: {},
      assertionSigning: {},
      encryption: settings.encryption,
      rewriteAssertion: (assertion) => assertion,
    };
  }

  function build(content: ResponseContent, key: ProviderKey = keys[0]!): ResponseParts {
    return buildParts(content, key);
  }

  /** Returns the same response as the login page, without the page. `changes` replace parts of it. */
  function answer(
    request: string | URL | AuthnRequest,
    personId: string,
    changes: Partial<ResponseContent> = {},
  ): PostedAnswer {
    const read = typeof request === "string" || request instanceof URL ? readRequest(request) : request;
    const person = settings.people.find(({ id }) => id === personId);
    if (person === undefined) throw new Error(`the stand-in has no person with the id ${personId}`);
    const xml = joinResponse(build({ ...describe(person, read), ...changes }));
    const SAMLResponse = Buffer.from(xml, "utf8").toString("base64");
    return {
      acsUrl: read.acsUrl,
      fields: { SAMLResponse, ...(read.relayState !== null && { RelayState: read.relayState }) },
    };
  }

  /** Returns a response that answers no request, as a portal's tile posts it. */
  function launch(
    { entityId: issuer, acsUrl }: { readonly entityId: string; readonly acsUrl: string },
    personId: string,
    { relayState = null, ...changes }: Partial<ResponseContent> & { readonly relayState?: string | null } = {},
  ): PostedAnswer {
    const request = { issuer, acsUrl, id: "", relayState } as AuthnRequest;
    return answer(request, personId, { inResponseTo: null, confirmationInResponseTo: null, ...changes });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? "/", url);
    if (request.method === "GET" && address.pathname === "/metadata") {
      metadataRequests++;
      response.writeHead(metadataStatus, { "content-type": "application/samlmetadata+xml" }).end(metadataXml());
      return;
    }
    if (request.method === "GET" && address.pathname === "/sso") {
      if (!address.searchParams.has("SAMLRequest")) {
        response.writeHead(400, HTML).end(writeErrorPage("There is no SAMLRequest."));
        return;
      }
      const read = readRequest(address);
      requests.push(read);
      const refusal = judge(read);
      if (refusal !== null) {
        response.writeHead(400, HTML).end(writeErrorPage(refusal));
        return;
      }
      pending.set(read.id, read);
      response.writeHead(200, HTML).end(writeLoginPage(settings.brand, read.id, settings.people));
      return;
    }
    if (request.method === "GET" && address.pathname === "/slo") {
      const received = readLogout(address, settings.serviceProviderCertificates);
      logouts.push(received);
      if (received.signature?.isValid !== true) {
        response.writeHead(400, HTML).end(writeErrorPage("The logout message is not signed."));
        return;
      }
      if (received.name === "LogoutResponse") {
        response.writeHead(200, HTML).end(writeErrorPage("You are signed out everywhere."));
        return;
      }
      response.writeHead(303, { location: answerLogout(received) }).end();
      return;
    }
    if (request.method === "GET" && address.pathname === "/portal") {
      const { entityId = "", acsUrl = "", person = "", relayState } = Object.fromEntries(address.searchParams);
      response
        .writeHead(200, HTML)
        .end(writePostPage(launch({ entityId, acsUrl }, person, { relayState: relayState ?? null })));
      return;
    }
    if (request.method === "POST" && address.pathname === "/sign-in") {
      const form = new URLSearchParams(await readBody(request));
      const read = pending.get(form.get("request") ?? "");
      if (read === undefined) {
        response.writeHead(400, HTML).end(writeErrorPage("This request is not known."));
        return;
      }
      response.writeHead(200, HTML).end(writePostPage(answer(read, form.get("person") ?? "")));
      return;
    }
    response.writeHead(404, HTML).end(writeErrorPage("There is nothing here."));
  }

  /** Returns the address that brings the answer to a LogoutRequest. A service provider's logout address is next to its metadata. */
  function answerLogout(
    { issuer, id, relayState }: ReceivedLogout,
    changes: Partial<LogoutContent> = {},
    sending: Partial<LogoutSending> = {},
  ): string {
    const to = issuer.replace(/metadata$/, "logout");
    const content = { ...describeLogout(entityId, to), name: "LogoutResponse", inResponseTo: id, ...changes };
    return redirectLogout(content, to, { key: keys[0]!, relayState, ...sending });
  }

  function judge(request: AuthnRequest): string | null {
    if (request.signature === null) return settings.wantsSignedRequests ? "The request is not signed." : null;
    return request.signature.isValid ? null : "The signature of the request does not hold.";
  }

  function metadataXml(): string {
    return writeProviderMetadata({
      entityId,
      signOnUrl: `${url}/sso`,
      logoutUrl: settings.singleLogout ? `${url}/slo` : null,
      certificates: keys.map(({ base64 }) => base64),
      nameIdFormat: FORMATS[settings.nameIdFormat],
      wantsSignedRequests: settings.wantsSignedRequests,
    });
  }

  return {
    url,
    entityId,
    metadataUrl: `${url}/metadata`,
    signOnUrl: `${url}/sso`,
    /** The requests at the sign-on address. */
    requests,
    /** The messages at the logout address. */
    logouts,
    answerLogout,
    logoutUrl: `${url}/slo`,
    /** The current keys. */
    keys: () => keys,
    setKeys: (next: readonly ProviderKey[]) => {
      keys = next;
    },
    /** Makes the metadata address fail with this status. */
    setMetadataStatus: (status: number) => {
      metadataStatus = status;
    },
    metadataRequests: () => metadataRequests,
    people: settings.people,
    metadataXml,
    readRequest,
    describe,
    build,
    answer,
    launch,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A logout message of a service provider. */
export interface ReceivedLogout {
  readonly name: string;
  readonly id: string;
  readonly issuer: string;
  readonly relayState: string | null;
  readonly signature: AuthnRequest["signature"];
  readonly xml: string;
}

/** Reads a logout message by redirect. */
export function readLogout(address: URL, certificates: readonly string[]): ReceivedLogout {
  const { searchParams } = address;
  const xml = inflateMessage(searchParams.get("SAMLRequest") ?? searchParams.get("SAMLResponse"));
  return {
    name: /<samlp:(Logout\w+)/.exec(xml)?.[1] ?? "",
    id: / ID="([^"]*)"/.exec(xml)?.[1] ?? "",
    issuer: /<saml:Issuer[^>]*>([^<]*)</.exec(xml)?.[1] ?? "",
    relayState: searchParams.get("RelayState"),
    signature: readQuerySignature(address, certificates),
    xml,
  };
}

const HTML = { "content-type": "text/html; charset=utf-8" };

const DEFAULTS = {
  brand: "Stand-in identity provider",
  people: PEOPLE,
  attributeVocabulary: "plain",
  nameIdFormat: "persistent",
  signedPart: "BOTH",
  encryption: null,
  groupStyle: "values",
  clockOffsetSeconds: 0,
  serviceProviderCertificates: [] as readonly string[],
  wantsSignedRequests: false,
  singleLogout: false,
} as const satisfies SamlProviderOptions;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
