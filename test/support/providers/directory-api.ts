/**
 * A stand-in for a provider's directory API and its token endpoint. It sends the test's answers in order, repeats the last
 * answer, and keeps every request.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent unchanged, every other value as JSON. */
  readonly body: unknown;
}

/** A received request. */
interface DirectoryRequest {
  readonly method: string;
  /** The path with the query. */
  readonly path: string;
  readonly authorization: string | null;
  readonly body: string;
}

export interface DirectoryApi {
  /** The base address without a slash at the end. */
  readonly url: string;
  /** Sets the answers for every path except `/token`, which returns `token-1`, `token-2` … */
  readonly script: (...answers: readonly ScriptedAnswer[]) => void;
  /** Replaces the answer of `/token`. `null` restores the tokens. */
  readonly scriptToken: (answer: ScriptedAnswer | null) => void;
  readonly requests: readonly DirectoryRequest[];
  /** The forms that were posted to `/token`. */
  readonly tokenForms: readonly URLSearchParams[];
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

/** Starts the stand-in on a free port. The caller closes it. */
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
