/**
 * A correct OpenID provider in this process on a free port, with real discovery, keys and codes (OpenID Connect Core 1.0), made
 * with the certified `oidc-provider`. Options change the form of the issuer and the claims, and add addresses. For hostile
 * providers, see `hostile-openid`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
// Does not import the package's entry, because the entry prints a warning about Node.js 20. In the output of tests and of the
// demonstration, it would look like a warning of Usher.
import { Provider } from "oidc-provider/lib/provider.js";
import { configureProvider, type RunningClient } from "./configuration.js";
import { renderLoginPage, STAND_IN_HEADER } from "./pages.js";
import type { OpenIdPerson, OpenIdProvider, OpenIdProviderOptions } from "./types.js";

export type * from "./types.js";

/** Reads a small form body. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

/** Finds the person by the pressed button or the typed name. */
function findPerson(people: readonly OpenIdPerson[], form: URLSearchParams): OpenIdPerson | undefined {
  const sub = form.get("sub");
  if (sub !== null) return people.find((person) => person.sub === sub);
  const typed = form.get("login")?.trim().toLowerCase();
  if (!typed) return undefined;
  return people.find(({ sub: subject, email, preferred_username: username }) =>
    [subject, email, username].some((name) => name?.toLowerCase() === typed),
  );
}

/** A provider without a server of its own. */
export interface OpenIdSite extends Omit<OpenIdProvider, "close"> {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A server on a free port of this machine. */
export interface StandInServer {
  readonly port: number;
  readonly answerWith: (answer: OpenIdSite["answer"]) => void;
  readonly close: () => Promise<void>;
}

/** Starts a server. An issuer contains the port, so the port must be known before the provider. */
export async function startServer(wantedPort = 0): Promise<StandInServer> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(wantedPort, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    answerWith: (answer) => server.on("request", answer),
    close: async () => {
      const closed = new Promise<void>((resolve, reject) =>
        server.close((error) => (error ? reject(error) : resolve())),
      );
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Starts a stand-in. The caller closes it. */
export async function startOpenIdProvider(options: OpenIdProviderOptions): Promise<OpenIdProvider> {
  const { port, answerWith, close } = await startServer(options.port);
  const { answer, ...site } = await createOpenIdSite(options, port);
  answerWith(answer);
  return { ...site, close };
}

/** Makes a provider for a server on this port. */
export async function createOpenIdSite(options: OpenIdProviderOptions, port: number): Promise<OpenIdSite> {
  const [firstClient] = options.clients;
  if (!firstClient) throw new Error("A stand-in needs at least one client.");
  const brand = options.brand ?? "Stand-in OpenID";
  const people = [...options.people];
  const clients: RunningClient[] = options.clients.map((client) => ({
    ...client,
    redirectUris: [...client.redirectUris],
    postLogoutRedirectUris: [...(client.postLogoutRedirectUris ?? [])],
  }));

  const origin = `http://${options.host ?? "127.0.0.1"}:${port}`;
  const issuerPath = options.issuerPath ?? "";
  const issuer = `${origin}${issuerPath}`;
  const interactionPath = `${issuerPath}/interaction/`;
  const cookieSuffix = `${port}${issuerPath.replaceAll(/[^a-z0-9]/g, "_")}`;
  const input = { options, brand, people, clients, interactionPath, cookieSuffix };
  const provider = new Provider(issuer, await configureProvider(input));
  const answerProtocol = provider.callback();
  // The library returns `server_error` without a reason, which would hide a mistake in a test's claims.
  provider.on("server_error", (_context, error) => process.stderr.write(`${brand}: ${error.stack ?? error.message}\n`));

  provider.on("backchannel.error", (_context, error) => process.stderr.write(`${brand}: ${error.message}\n`));

  const answerLogin = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { params } = await provider.interactionDetails(request, response);
    const person = request.method === "POST" ? findPerson(people, await readForm(request)) : undefined;
    if (person) {
      const result = { login: { accountId: person.sub, remember: true } };
      return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    }
    const loginHint = typeof params["login_hint"] === "string" ? params["login_hint"] : "";
    const problem = request.method === "POST" ? "Nobody here has that address or user name." : null;
    response.writeHead(problem === null ? 200 : 422, { "content-type": "text/html; charset=utf-8" });
    response.end(renderLoginPage({ brand, people, loginHint, problem }));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (await options.serveMore?.(request, response)) return;
    response.setHeader(STAND_IN_HEADER, "openid");
    const url = request.url ?? "/";
    if (url.startsWith(interactionPath)) return answerLogin(request, response);
    if (!url.startsWith(`${issuerPath}/`)) {
      response.writeHead(404, { "content-type": "text/plain" }).end("Not here.");
      return;
    }
    // Mounted below a path as in Express, because the library computes its addresses from both values.
    Object.assign(request, { originalUrl: url, url: url.slice(issuerPath.length) });
    await answerProtocol(request, response);
  };
  const findClient = (clientId = firstClient.clientId): RunningClient => {
    const client = clients.find((candidate) => candidate.clientId === clientId);
    if (!client) throw new Error(`The stand-in has no client ${clientId}.`);
    return client;
  };

  return {
    issuer,
    origin,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    clientId: firstClient.clientId,
    clientSecret: firstClient.clientSecret,
    people,
    setJwksUri(uri) {
      findClient().jwksUri = uri;
    },
    addRedirectUri(uri, clientId) {
      findClient(clientId).redirectUris.push(uri);
    },
    setBackChannelLogoutUri(uri, clientId) {
      findClient(clientId).backChannelLogoutUri = uri;
    },
    addPostLogoutRedirectUri(uri, clientId) {
      findClient(clientId).postLogoutRedirectUris.push(uri);
    },
    answer: (request, response) => {
      answer(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(400, { "content-type": "text/plain" });
        response.end(error instanceof Error ? error.message : String(error));
      });
    },
  };
}
