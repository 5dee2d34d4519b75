/** The browsers of the measurement: keep-alive connections, one request at a time, redirects not followed. */
import { Agent, request as send } from "node:http";

export interface Answer {
  readonly status: number;
  readonly location: string;
  readonly cookies: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 50 });
let visitors = 0;

/** A separate network address for each person, because rate limits count by address. */
export function nextVisitor(): string {
  visitors += 1;
  return `10.${(visitors >> 16) & 255}.${(visitors >> 8) & 255}.${visitors & 255}`;
}

/** Sends one request, a POST if it has a form. Fails when the response is not a redirect. */
export function visit(
  url: string,
  visitor: string,
  { cookies = "", form }: { readonly cookies?: string; readonly form?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  const body = form && new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const outgoing = send(
      url,
      {
        agent,
        method: body === undefined ? "GET" : "POST",
        headers: {
          accept: "text/html",
          "user-agent":
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
          "x-forwarded-for": visitor,
          "x-forwarded-proto": "http",
          ...(cookies !== "" && { cookie: cookies }),
          ...(body !== undefined && {
            "content-type": "application/x-www-form-urlencoded",
            "content-length": String(Buffer.byteLength(body)),
          }),
        },
      },
      (incoming) => {
        let text = "";
        incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const { statusCode = 0, headers } = incoming;
          if (statusCode !== 303) reject(new Error(`${url} answers ${statusCode}: ${text.slice(0, 2_000)}`));
          const set = (headers["set-cookie"] ?? []).map((line) => line.split(";")[0]);
          resolve({ status: statusCode, location: headers.location ?? "", cookies: set.join("; ") });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Ends the connections. */
export function closeClient(): void {
  agent.destroy();
}
