/**
 * An OpenID provider that behaves correctly until a test chooses a fault by name. It uses plain HTTP and node:crypto on a free
 * port of the loopback interface. It shares no code with Usher, so that both cannot have the same mistake.
 */
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ENDPOINT_FAULTS } from "./endpoint-faults.js";
import { judgeAssertion } from "./client-assertion.js";
import type { Fault, RawAnswer, TokenMaking, Values } from "./fault.js";
import { ID_TOKEN_FAULTS } from "./id-token-faults.js";
import { LOGOUT_TOKEN_FAULTS } from "./logout-token-faults.js";
import { encodePart, makeSigningKey, publish, signWith, type SigningKey } from "./signing.js";

const FAULTS = { ...ID_TOKEN_FAULTS, ...ENDPOINT_FAULTS };
const LOGOUT_FAULTS: Readonly<Record<string, Fault>> = { ...ID_TOKEN_FAULTS, ...LOGOUT_TOKEN_FAULTS };
/** The names of faults. */
export type FaultName = keyof typeof FAULTS;
/** The names of faults of a logout token. */
export type LogoutFaultName = keyof typeof ID_TOKEN_FAULTS | keyof typeof LOGOUT_TOKEN_FAULTS;

/** A person at the provider: the claims of the ID token, and those of userinfo. */
export interface Person {
  readonly claims: Readonly<Values>;
  readonly userinfo?: Readonly<Values>;
}

export const ALICE: Person = {
  claims: { sub: "alice-1", email: "alice@acme.test", email_verified: true, given_name: "Alice", family_name: "Adams" },
};

export interface HostileProviderOptions {
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly algorithm?: string;
  readonly clientAuthentication?: "client_secret_basic" | "client_secret_post" | "private_key_jwt";
  /** The client's key document, read again for each assertion. */
  readonly clientKeys?: () => Promise<{ readonly keys: readonly Values[] }>;
  /** The algorithms of client assertions, which the discovery document then names. Defaults to RS256, which it does not name. */
  readonly assertionAlgorithms?: readonly string[];
  /** The audience of client assertions. Defaults to the issuer. */
  readonly assertionAudience?: "ISSUER" | "TOKEN_ENDPOINT";
  /** Sends the issuer in each authorization response, and announces this in the discovery document (RFC 9207). */
  readonly namesIssuer?: boolean;
  /** Refuses requests without a code challenge. */
  readonly requiresPkce?: boolean;
  /** The provider's clock. */
  readonly now?: () => Date;
}

type HostileEndpoint = "discovery" | "keys" | "authorize" | "token" | "userinfo";

/** A received request. */
interface LoggedRequest {
  readonly endpoint: HostileEndpoint;
  readonly parameters: Readonly<Record<string, string>>;
  readonly authorization: string | null;
}

/** A running provider. */
export interface HostileOpenIdProvider {
  /** The same as `url`. */
  readonly issuer: string;
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Sets a fault. `null` restores the correct behaviour. */
  readonly setFault: (name: FaultName | null) => void;
  /** Sets the person who signs in if `authorize` does not name one. */
  readonly setPerson: (person: Person) => void;
  /** Every request since the start or the last `forget`. */
  readonly requests: readonly LoggedRequest[];
  readonly count: (endpoint: HostileEndpoint) => number;
  readonly forget: () => void;
  /** Why client assertions were refused, in order. */
  readonly assertionProblems: readonly string[];
  /** Follows the provider's redirects like the person's browser, and returns the callback URL. */
  readonly authorize: (url: string, person?: Person) => Promise<string>;
  /** Rotates the signing key. The old one stays published unless `keepOld` is false. */
  readonly rotateKeys: (options?: { readonly keepOld?: boolean; readonly sameKid?: boolean }) => void;
  /** Makes a logout token (Back-Channel Logout 1.0, section 2.4) with these further claims, such as `sub` and `sid`. */
  readonly makeLogoutToken: (claims: Readonly<Values>, fault?: LogoutFaultName) => string;
  readonly close: () => Promise<void>;
}

interface Grant {
  readonly parameters: URLSearchParams;
  readonly person: Person;
}

// Tests share these keys in each file, because RSA keys are slow to make.
const keyRing = new Map<string, SigningKey>();
function keyOf(kid: string, algorithm: string, rsaBits?: number): SigningKey {
  const name = `${kid} ${algorithm}`;
  const key = keyRing.get(name) ?? makeSigningKey(kid, algorithm, rsaBits);
  keyRing.set(name, key);
  return key;
}

/** Starts a provider. The caller closes it. */
export async function startHostileOpenIdProvider(options: HostileProviderOptions = {}): Promise<HostileOpenIdProvider> {
  const { clientId = "usher", clientSecret = "s3cret: +/%&=~ü", algorithm = "RS256" } = options;
  const { clientAuthentication = "client_secret_basic", now = () => new Date() } = options;
  const requests: LoggedRequest[] = [];
  const codes = new Map<string, Grant>();
  const accessTokens = new Map<string, Person>();
  const seenAssertions = new Set<string>();
  const assertionProblems: string[] = [];
  const expectedPeople = new Map<string, Person>();
  let fault: Fault = {};
  let person = ALICE;
  let generation = 1;
  let key = keyOf("key-1", algorithm);
  let publishedKeys = [key];
  let url = "";

  const makings = () => ({
    key,
    strangeKey: keyOf("strange", algorithm),
    get weakKey() {
      return keyOf("weak", "RS256", 1_024);
    },
  });

  function answerDiscovery(): Answer {
    const document: Values = {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/keys`,
      userinfo_endpoint: `${url}/userinfo`,
      end_session_endpoint: `${url}/sign-out`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: [algorithm],
      token_endpoint_auth_methods_supported: [clientAuthentication],
      ...(options.assertionAlgorithms && {
        token_endpoint_auth_signing_alg_values_supported: options.assertionAlgorithms,
      }),
      code_challenge_methods_supported: ["S256"],
      ...(options.namesIssuer && { authorization_response_iss_parameter_supported: true }),
    };
    return { values: document, raw: fault.discovery?.(document) };
  }

  function answerKeys(): Answer {
    const document = { keys: publishedKeys.map((each) => publish(each) as Values) };
    return { values: document, raw: fault.keys?.(document, makings()) };
  }

  function answerAuthorize(parameters: URLSearchParams): Answer {
    const redirectUri = parameters.get("redirect_uri");
    const isAcceptable =
      parameters.get("client_id") === clientId &&
      parameters.get("response_type") === "code" &&
      redirectUri !== null &&
      (parameters.get("scope") ?? "").split(" ").includes("openid") &&
      (!options.requiresPkce || parameters.get("code_challenge_method") === "S256");
    if (!isAcceptable) return { values: { error: "invalid_request" }, raw: { status: 400 } };
    const instead = fault.authorize?.();
    if (instead !== undefined) return { values: {}, raw: instead };
    const state = parameters.get("state") ?? "";
    if (parameters.get("prompt") === "none") {
      const back = new URLSearchParams({ error: "login_required", state });
      return { values: {}, raw: { status: 302, headers: { location: `${redirectUri}?${back}` } } };
    }
    const code = randomBytes(16).toString("base64url");
    codes.set(code, { parameters, person: expectedPeople.get(state) ?? person });
    const back = new URLSearchParams({ code, state, ...(options.namesIssuer && { iss: url }) });
    fault.response?.(back);
    return { values: {}, raw: { status: 302, headers: { location: `${redirectUri}?${back}` } } };
  }

  async function answerToken(form: URLSearchParams, authorization: string | null): Promise<Answer> {
    if (!(await isClient(form, authorization))) return failure("invalid_client", 401, form);
    // A token for the application itself (RFC 6749, section 4.4), for a directory API next to this provider.
    if (form.get("grant_type") === "client_credentials")
      return { values: { access_token: "of-the-application", token_type: "Bearer", expires_in: 300 }, raw: undefined };
    const grant = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    if (!grant || !isGranted(grant.parameters, form)) return failure("invalid_grant", 400, form);
    const accessToken = randomBytes(24).toString("base64url");
    accessTokens.set(accessToken, grant.person);
    const idToken = makeIdToken(grant, accessToken);
    const values: Values = { access_token: accessToken, token_type: "Bearer", expires_in: 300, id_token: idToken };
    return { values, raw: fault.token?.(values, form) };
  }

  function failure(error: string, status: number, form: URLSearchParams): Answer {
    // A fault of the token endpoint also applies to requests that a correct endpoint would refuse.
    return { values: { error }, raw: fault.token?.({}, form) ?? { status } };
  }

  async function isClient(form: URLSearchParams, authorization: string | null): Promise<boolean> {
    if (clientAuthentication === "private_key_jwt") {
      const problem = judgeAssertion(form, {
        clientId,
        audience: options.assertionAudience === "TOKEN_ENDPOINT" ? `${url}/token` : url,
        algorithms: options.assertionAlgorithms ?? ["RS256"],
        nowSeconds: now().valueOf() / 1_000,
        keys: (await options.clientKeys?.())?.keys ?? [],
        seen: seenAssertions,
      });
      if (problem !== null) assertionProblems.push(problem);
      return problem === null;
    }
    if (clientAuthentication === "client_secret_post")
      return form.get("client_id") === clientId && form.get("client_secret") === clientSecret;
    const [id = "", secret = ""] = Buffer.from((authorization ?? "").replace(/^Basic /, ""), "base64")
      .toString("utf8")
      .split(":")
      .map((part) => decodeURIComponent(part.replaceAll("+", " ")));
    return id === clientId && secret === clientSecret;
  }

  function isGranted(asked: URLSearchParams, form: URLSearchParams): boolean {
    const verifier = form.get("code_verifier");
    const challenge = verifier && createHash("sha256").update(verifier).digest("base64url");
    return (
      form.get("grant_type") === "authorization_code" &&
      form.get("redirect_uri") === asked.get("redirect_uri") &&
      challenge === asked.get("code_challenge")
    );
  }

  function makeIdToken({ parameters, person: who }: Grant, accessToken: string): string {
    const nowSeconds = Math.floor(now().valueOf() / 1_000);
    const bits = algorithm.startsWith("Ed") ? "512" : algorithm.slice(-3);
    const hash = createHash(`sha${bits}`).update(accessToken).digest();
    const header: Values = { alg: algorithm, kid: key.kid, typ: "JWT" };
    const claims: Values = {
      iss: url,
      aud: clientId,
      iat: nowSeconds,
      exp: nowSeconds + 300,
      nonce: parameters.get("nonce") ?? undefined,
      at_hash: hash.subarray(0, hash.length / 2).toString("base64url"),
      ...who.claims,
    };
    return signToken({ header, claims, nowSeconds, accessToken, clientSecret, ...makings() }, fault);
  }

  function makeLogoutToken(changes: Readonly<Values>, faultName?: LogoutFaultName): string {
    const nowSeconds = Math.floor(now().valueOf() / 1_000);
    const header: Values = { alg: algorithm, kid: key.kid, typ: "logout+jwt" };
    const claims: Values = {
      iss: url,
      aud: clientId,
      iat: nowSeconds,
      exp: nowSeconds + 120,
      jti: randomBytes(16).toString("base64url"),
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
      ...changes,
    };
    const making = { header, claims, nowSeconds, accessToken: "", clientSecret, ...makings() };
    return signToken(making, faultName === undefined ? {} : (LOGOUT_FAULTS[faultName] ?? {}));
  }

  function answerUserinfo(authorization: string | null): Answer {
    const who = accessTokens.get((authorization ?? "").replace(/^Bearer /, ""));
    if (!who) return { values: { error: "invalid_token" }, raw: { status: 401 } };
    const values: Values = { sub: who.claims["sub"], ...who.userinfo };
    return { values, raw: fault.userinfo?.(values) };
  }

  const server = createServer((request, response) => {
    void receive(request).then(async ({ endpoint, parameters }) => {
      if (endpoint === null) return send(response, { values: {}, raw: { status: 404 } });
      const authorization = request.headers.authorization ?? null;
      requests.push({ endpoint, parameters: Object.fromEntries(parameters), authorization });
      return send(
        response,
        await {
          discovery: answerDiscovery,
          keys: answerKeys,
          authorize: () => answerAuthorize(parameters),
          token: () => answerToken(parameters, authorization),
          userinfo: () => answerUserinfo(authorization),
        }[endpoint](),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    issuer: url,
    url,
    clientId,
    clientSecret,
    setFault: (name) => void (fault = name === null ? {} : FAULTS[name]),
    setPerson: (next) => void (person = next),
    requests,
    assertionProblems,
    count: (endpoint) => requests.filter((request) => request.endpoint === endpoint).length,
    forget: () => void requests.splice(0),
    authorize: async (address, who) => {
      if (who) expectedPeople.set(new URL(address).searchParams.get("state") ?? "", who);
      const response = await fetch(address, { redirect: "manual" });
      const location = response.headers.get("location");
      if (location === null) throw new Error(`the provider refused the request: ${await response.text()}`);
      return location;
    },
    makeLogoutToken,
    rotateKeys: ({ keepOld = true, sameKid = false } = {}) => {
      generation += 1;
      const next = keyOf(`key-${generation}`, algorithm);
      key = sameKid ? { ...next, kid: key.kid } : next;
      publishedKeys = keepOld && !sameKid ? [...publishedKeys, key] : [key];
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

function signToken(making: TokenMaking, { idToken, signature, compact }: Fault): string {
  idToken?.(making);
  const input = `${encodePart(making.header)}.${encodePart(making.claims)}`;
  const signed = signature?.(making, input) ?? signWith(making.key, input);
  const token = `${input}.${signed.toString("base64url")}`;
  return compact?.(token) ?? token;
}

/** The correct answer of an endpoint, changed by the fault. */
interface Answer {
  readonly values: Values;
  readonly raw: RawAnswer | undefined | void;
}

const ENDPOINTS: Readonly<Record<string, HostileEndpoint>> = {
  "/.well-known/openid-configuration": "discovery",
  "/keys": "keys",
  "/authorize": "authorize",
  "/token": "token",
  "/userinfo": "userinfo",
};

async function receive(request: IncomingMessage) {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://provider");
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const parameters = request.method === "POST" ? new URLSearchParams(body) : searchParams;
  return { endpoint: ENDPOINTS[pathname] ?? null, parameters };
}

function send(response: ServerResponse, { values, raw }: Answer): void {
  const { status = 200, headers = {}, body, instead } = raw ?? {};
  if (instead === "silent") return;
  if (instead === "disconnect") return void response.destroy();
  response.writeHead(status, { "content-type": "application/json", ...headers });
  if (instead !== "endless") return void response.end(body ?? JSON.stringify(values));
  const chunk = `"${"x".repeat(65_536)}`;
  const flood = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", flood).on("error", () => {});
  flood();
}
