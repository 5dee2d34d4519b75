/**
 * The limit: the least work of a sign-in. A plain node:http server with statements prepared once on a copy of Usher's
 * database, Usher's writes, and jose. It checks only state and signature, without rules of organizations, escaping or
 * error handling.
 */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { deflateRawSync } from "node:zlib";
import type SqliteHandle from "better-sqlite3";
import type { Statement } from "better-sqlite3";
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from "jose";
import { Pool } from "undici";
import { loadSqlite } from "../../src/platform/database/sqlite-library.js";

const Database = await loadSqlite();

export interface LimitTarget {
  /** The SQLite file. */
  readonly database: string;
  readonly organizationId: string;
  /** The connections, which exist in the database, as do the people. */
  readonly openIdConnectionId: string;
  readonly samlConnectionId: string;
  readonly samlSignOnUrl: string;
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface LimitServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const random = () => randomBytes(32).toString("base64url");
/** In Usher's form of times. */
const at = (milliseconds: number) => new Date(milliseconds).toISOString().replace("T", " ").replace("Z", "");

/** Starts the limit, with Usher's pragmas. */
export async function startLimit(target: LimitTarget): Promise<LimitServer> {
  const database = new Database(target.database);
  for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"]) database.pragma(pragma);
  const statements = prepareStatements(database);
  const origin = new URL(target.tokenEndpoint).origin;
  const pool = new Pool(origin);
  const keys = createLocalJWKSet((await (await fetch(target.jwksUri)).json()) as JSONWebKeySet);
  let port = 0;

  /** The beginning of both protocols. */
  function keepFlow(
    connectionId: string,
    payload: object,
    requestId: string | null,
  ): { state: string; cookie: string } {
    const [state, cookie, now] = [random(), random(), Date.now()];
    const request = requestId === null ? null : hash(requestId);
    const payloadText = JSON.stringify(payload);
    statements.begin.run();
    statements.insertFlow.run(
      hash(state),
      connectionId,
      hash(cookie),
      request,
      payloadText,
      at(now),
      at(now + 900_000),
    );
    statements.commit.run();
    return { state, cookie };
  }

  function startOpenId() {
    const [nonce, verifier] = [random(), random()];
    const { state, cookie } = keepFlow(target.openIdConnectionId, { nonce, verifier }, null);
    const query = new URLSearchParams({
      response_type: "code",
      client_id: target.clientId,
      redirect_uri: callbackUrl(),
      scope: "openid profile email",
      state,
      nonce,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    });
    return { location: `${target.authorizationEndpoint}?${query.toString()}`, cookie: `limit-browser=${cookie}` };
  }

  function startSaml() {
    const id = `_${randomBytes(20).toString("hex")}`;
    const { state, cookie } = keepFlow(target.samlConnectionId, {}, id);
    const xml = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${id}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${target.samlSignOnUrl}" AssertionConsumerServiceURL="${callbackUrl()}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${callbackUrl()}</saml:Issuer></samlp:AuthnRequest>`;
    const query = new URLSearchParams({
      SAMLRequest: deflateRawSync(xml).toString("base64"),
      RelayState: state,
    });
    return { location: `${target.samlSignOnUrl}?${query.toString()}`, cookie: `limit-browser=${cookie}` };
  }

  async function finishOpenId(query: URLSearchParams, cookies: string, userAgent: string) {
    const state = hash(query.get("state") ?? "");
    const flow = statements.findFlow.get(state) as { browser_hash: string; payload: string } | undefined;
    const [, browser = ""] = /limit-browser=([^;]*)/.exec(cookies) ?? [];
    if (flow === undefined || flow.browser_hash !== hash(browser)) throw new Error("no such flow");
    const now = at(Date.now());
    // As Usher does: the commit that signs the person in makes this one durable too.
    database.pragma("synchronous = NORMAL");
    statements.begin.run();
    const { changes } = statements.consumeFlow.run(now, state, now);
    statements.commit.run();
    database.pragma("synchronous = FULL");
    if (changes !== 1) throw new Error("the flow was used before");
    const { nonce, verifier } = JSON.parse(flow.payload) as { nonce: string; verifier: string };
    const { body } = await pool.request({
      method: "POST",
      path: new URL(target.tokenEndpoint).pathname,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization: `Basic ${Buffer.from(`${target.clientId}:${encodeURIComponent(target.clientSecret)}`).toString("base64")}`,
      },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: query.get("code") ?? "",
        redirect_uri: callbackUrl(),
        code_verifier: verifier,
      }).toString(),
    });
    const { id_token: idToken } = (await body.json()) as { id_token: string };
    const { issuer, clientId: audience } = target;
    const { payload } = await jwtVerify(idToken, keys, { issuer, audience, algorithms: ["RS256"] });
    if (payload["nonce"] !== nonce) throw new Error("another nonce");
    return enter(payload.sub ?? "", String(payload["email"]), userAgent);
  }

  /** Usher's writes of one sign-in, in one transaction. */
  function enter(subject: string, email: string, userAgent: string) {
    const { organizationId, openIdConnectionId: connectionId, issuer } = target;
    const [token, time] = [random(), Date.now()];
    const now = at(time);
    statements.begin.run();
    const person = statements.findPerson.get(connectionId, issuer, subject) as Person;
    statements.updateIdentity.run(now, email, person.identity_id);
    statements.updateUser.run(now, person.id);
    statements.insertSession.run(
      randomUUID(),
      hash(token),
      person.id,
      organizationId,
      connectionId,
      userAgent,
      now,
      at(time + 43_200_000),
    );
    statements.countEvent.run(organizationId);
    const { last_sequence: sequence } = statements.readCount.get(organizationId) as { last_sequence: number };
    const data = JSON.stringify({ user: person, changed: null, signIn: { connectionId } });
    statements.insertEvent.run(
      randomUUID(),
      organizationId,
      sequence,
      now,
      person.id,
      person.version,
      connectionId,
      data,
    );
    statements.insertAttempt.run(
      randomUUID(),
      random().slice(0, 10),
      organizationId,
      connectionId,
      person.id,
      "[]",
      issuer,
      subject,
      email,
      userAgent,
      now,
    );
    statements.updateHealth.run(now, connectionId);
    statements.commit.run();
    return { location: "/", cookie: `limit-session=${token}` };
  }

  const callbackUrl = () => `http://localhost:${port}/callback`;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const { cookie: cookies = "", "user-agent": userAgent = "" } = request.headers;
    const work =
      pathname === "/callback"
        ? finishOpenId(searchParams, cookies, userAgent)
        : Promise.resolve(pathname === "/saml" ? startSaml() : startOpenId());
    work.then(
      ({ location, cookie }) => response.writeHead(303, { location, "set-cookie": `${cookie}; HttpOnly` }).end(),
      (error: Error) => response.writeHead(500).end(error.stack),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
  return {
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pool.close();
      database.close();
    },
  };
}

interface Person {
  readonly identity_id: string;
  readonly id: string;
  readonly version: number;
}

function prepareStatements(database: SqliteHandle) {
  const statements = {
    begin: "BEGIN IMMEDIATE",
    commit: "COMMIT",
    insertFlow: `INSERT INTO sso_flow (state_hash, connection_id, trust_version, browser_hash, request_id_hash, payload, created_at, expires_at)
                 VALUES (?, ?, 2, ?, ?, ?, ?, ?)`,
    findFlow: "SELECT browser_hash, payload FROM sso_flow WHERE state_hash = ?",
    consumeFlow: "UPDATE sso_flow SET consumed_at = ? WHERE state_hash = ? AND consumed_at IS NULL AND expires_at > ?",
    findPerson: `SELECT i.id AS identity_id, u.id, u.email, u.first_name, u.last_name, u.status, u.version
                   FROM identity i JOIN app_user u ON u.id = i.user_id
                  WHERE i.connection_id = ? AND i.issuer = ? AND i.subject = ?`,
    updateIdentity: "UPDATE identity SET last_signed_in_at = ?, email_key = ? WHERE id = ?",
    updateUser: "UPDATE app_user SET last_signed_in_at = ? WHERE id = ?",
    insertSession: `INSERT INTO user_session (id, token_hash, user_id, organization_id, connection_id, user_agent, created_at, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    countEvent: "UPDATE event_counter SET last_sequence = last_sequence + 1 WHERE organization_id = ?",
    readCount: "SELECT last_sequence FROM event_counter WHERE organization_id = ?",
    insertEvent: `INSERT INTO event (id, organization_id, sequence, type, occurred_at, subject_type, subject_id, subject_version, cause_kind, cause_actor, data)
                  VALUES (?, ?, ?, 'user.signed_in', ?, 'user', ?, ?, 'SIGN_IN', ?, ?)`,
    insertAttempt: `INSERT INTO sign_in_attempt (id, reference, organization_id, connection_id, user_id, outcome, steps, issuer, subject, email, user_agent, occurred_at)
                    VALUES (?, ?, ?, ?, ?, 'SUCCEEDED', ?, ?, ?, ?, ?, ?)`,
    updateHealth: "UPDATE connection_health SET last_succeeded_at = ? WHERE connection_id = ?",
  } as const;
  return Object.fromEntries(Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)])) as Readonly<
    Record<keyof typeof statements, Statement>
  >;
}
