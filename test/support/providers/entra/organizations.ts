/**
 * Microsoft's endpoints for all directories: a document with a template as its issuer, a page that asks for the directory, and the
 * page on which an administrator consents ("Admin consent on the Microsoft identity platform").
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { escapeHtml, renderPage, STAND_IN_HEADER } from "../openid/pages.js";
import type { OpenIdSite } from "../openid/provider.js";

/** A directory of the cloud. */
export interface Directory {
  readonly tenantId: string;
  readonly site: OpenIdSite;
}

/** What the endpoints need. */
export interface OrganizationsOptions {
  readonly brand: string;
  readonly origin: string;
  readonly clientId: string;
  readonly directories: readonly Directory[];
  readonly redirectUris: readonly string[];
  /** Directories whose administrator consented, added to by the page. */
  readonly consented: Set<string>;
}

const PREFIX = "/organizations";

/** Answers a request below `/organizations`. Returns `false` for other requests. */
export async function answerOrganizations(
  options: OrganizationsOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const url = new URL(request.url ?? "/", options.origin);
  if (!url.pathname.startsWith(`${PREFIX}/`)) return false;
  response.setHeader(STAND_IN_HEADER, "openid");
  switch (url.pathname.slice(PREFIX.length)) {
    case "/v2.0/.well-known/openid-configuration":
      sendJson(response, 200, describe(options.origin));
      return true;
    case "/keys":
      sendJson(response, 200, { keys: (await Promise.all(options.directories.map(readKeys))).flat() });
      return true;
    case "/authorize":
      answerAuthorize(options, url.searchParams, response);
      return true;
    case "/token":
    case "/userinfo":
      await forward(options, url.pathname.endsWith("token") ? "token" : "me", request, response);
      return true;
    case "/v2.0/adminconsent":
      answerConsent(options, url.searchParams, response);
      return true;
    default:
      response.writeHead(404).end();
      return true;
  }
}

function describe(origin: string) {
  return {
    issuer: `${origin}/{tenantid}/v2.0`,
    authorization_endpoint: `${origin}${PREFIX}/authorize`,
    token_endpoint: `${origin}${PREFIX}/token`,
    userinfo_endpoint: `${origin}${PREFIX}/userinfo`,
    jwks_uri: `${origin}${PREFIX}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post"],
  };
}

async function readKeys({ site }: Directory): Promise<readonly unknown[]> {
  return ((await (await fetch(`${site.issuer}/jwks`)).json()) as { keys: readonly unknown[] }).keys;
}

/** Asks for the person, and leads to the page of their directory, which asks for them once more. */
function answerAuthorize(options: OrganizationsOptions, query: URLSearchParams, response: ServerResponse): void {
  const chosen = query.get("sub");
  const directory = options.directories.find(({ site }) => site.people.some(({ sub }) => sub === chosen));
  if (directory !== undefined) {
    query.delete("sub");
    redirect(response, `${directory.site.issuer}/auth?${query.toString()}`);
    return;
  }
  const buttons = options.directories
    .flatMap(({ site }) => site.people)
    .map(({ sub, name, preferred_username: username }) => {
      const detail = `<small>${escapeHtml(String(username))}</small>`;
      return `<button name="sub" value="${escapeHtml(sub)}">${escapeHtml(String(name))}${detail}</button>`;
    });
  const form = `<form method="get" id="people">${hiddenFields(query)}${buttons.join("")}</form>`;
  sendHtml(response, renderPage(options.brand, "Sign in", form));
}

/** Asks the administrator. The answer is not signed, as with Microsoft. */
function answerConsent(options: OrganizationsOptions, query: URLSearchParams, response: ServerResponse): void {
  const redirectUri = query.get("redirect_uri") ?? "";
  const state = query.get("state") ?? "";
  if (
    !options.redirectUris.includes(redirectUri) ||
    query.get("client_id") !== options.clientId ||
    !query.get("scope")
  ) {
    response.writeHead(400, { "content-type": "text/plain" }).end("AADSTS50011: this app has no such redirect URI.");
    return;
  }
  const decision = query.get("decision");
  if (decision === "cancel") {
    const error = { error: "permission_denied", error_description: "The admin canceled the request", state };
    redirect(response, `${redirectUri}?${new URLSearchParams({ admin_consent: "True", ...error }).toString()}`);
    return;
  }
  if (decision !== null) {
    options.consented.add(decision);
    const answer = { admin_consent: "True", tenant: decision, state, scope: query.get("scope") ?? "" };
    redirect(response, `${redirectUri}?${new URLSearchParams(answer).toString()}`);
    return;
  }
  const buttons = options.directories.map(
    ({ tenantId }) => `<button name="decision" value="${tenantId}">Accept for the directory ${tenantId}</button>`,
  );
  const cancel = `<button name="decision" value="cancel">Cancel</button>`;
  const form = `<form method="get" id="consent">${hiddenFields(query)}${buttons.join("")}${cancel}</form>`;
  sendHtml(response, renderPage(options.brand, "Permissions requested: review for your organization", form));
}

/** Only the directory that issued a code or token knows it. */
async function forward(
  { directories }: OrganizationsOptions,
  endpoint: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { authorization, "content-type": type } = request.headers;
  let answer = { status: 400, text: "{}" };
  for (const { site } of directories) {
    const received = await fetch(`${site.issuer}/${endpoint}`, {
      method: request.method ?? "GET",
      headers: { ...(type && { "content-type": type }), ...(authorization && { authorization }) },
      ...(request.method === "POST" && { body: Buffer.concat(chunks) }),
    });
    answer = { status: received.status, text: await received.text() };
    if (received.ok) break;
  }
  response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.text);
}

function hiddenFields(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join("");
}

function sendHtml(response: ServerResponse, page: string): void {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location }).end();
}
