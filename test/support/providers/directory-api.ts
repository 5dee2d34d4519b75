/**
 * A stand-in for a provider's directory API and its token endpoint. It sends the answers of the test in order, repeats the last
 * one, and keeps every request.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, a text unchanged. */
  readonly body: unknown;
}

/** A received request. */
interface DirectoryRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: string | null;
  readonly body: string;
}

export interface DirectoryApi {
  /** Without a slash at the end. */
  readonly url: string;
  /** Sets the answers for every path except `/token`, which answers with `token-1`, `token-2` … */
  readonly script: (...answers: readonly ScriptedAnswer[]) => void;
  /** Sets a different answer of `/token`; `null` for tokens again. */
  readonly scriptToken: (answer: ScriptedAnswer | null) => void;
  readonly requests: readonly DirectoryRequest[];
  /** The forms that were posted to `/token`. */
  readonly tokenForms: readonly URLSearchParams[];
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

/** Starts it on a free port. The caller closes it. */
export async function startDirectoryApi(): Promise<DirectoryApi> {
  let answers: ScriptedAnswer[] = [{ status: 500, body: {} }];
  let tokenAnswer: ScriptedAnswer | null = null;
  const requests: DirectoryRequest[] = [];
  const tokenForms: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const { method = "", url = "/", headers } = request;
      const answer =
        url === "/token" ? answerToken(body) : answerList(method, url, headers.authorization ?? null, body);
      const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
      response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers }).end(text);
    })();
  });
  const answerToken = (body: string): ScriptedAnswer => {
    tokenForms.push(new URLSearchParams(body));
    return (
      tokenAnswer ?? { body: { access_token: `token-${tokenForms.length}`, token_type: "Bearer", expires_in: 3599 } }
    );
  };
  const answerList = (method: string, path: string, authorization: string | null, body: string): ScriptedAnswer => {
    requests.push({ method, path, authorization, body });
    return (answers.length > 1 ? answers.shift() : answers[0])!;
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    script: (...next) => void (answers = [...next]),
    scriptToken: (next) => void (tokenAnswer = next),
    requests,
    tokenForms,
    forget: () => {
      requests.splice(0);
      tokenForms.splice(0);
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
